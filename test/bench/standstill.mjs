/**
 * Loaded into the agent (`node --import`): writes into STANDSTILL_FILE, line by line, the milliseconds for which its loop
 * has stood still at the longest, each tenth of a second in which it was long enough to matter.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const SHORT = 10;

if (process.argv[2] === 'agent') {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  setInterval(() => {
    const longest = delay.max / 1e6;
    if (longest > SHORT) appendFileSync(process.env.STANDSTILL_FILE, `${longest.toFixed(1)}\n`);
    delay.reset();
  }, 100).unref();
}
