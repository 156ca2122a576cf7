/** That a clock which is moved moves what it should: otherwise the tests that stand on it would show nothing. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import t from 'tap';
import { movableClock } from './clock.js';
import { openPlace } from './place.js';

const DAY = 86_400_000;
/** Milliseconds: longer than any delay, and nothing beside a day. */
const CLOSE = 600_000;

t.test('the time of day is moved under a running program, and its monotonic clock is not', async (t) => {
  const place = openPlace();
  t.teardown(() => place.close());
  const clock = await movableClock(place.folder);
  const code = "process.stdin.on('data', () => console.log(JSON.stringify([Date.now(), performance.now()])))";
  const [program = '', ...words] = clock.by([process.execPath, '-e', code]);
  const child = spawn(program, words, { env: place.environment, stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (): Promise<readonly [number, number]> => {
    child.stdin.write('now\n');
    return JSON.parse((await answers.next()).value);
  };
  const [, begun] = await ask();
  for (const days of [0, 1, -1]) {
    clock.move(days);
    const [date, monotonic] = await ask();
    t.ok(Math.abs(date - Date.now() - days * DAY) < CLOSE, `${days} days: ${new Date(date).toISOString()}`);
    t.ok(monotonic >= begun && monotonic - begun < CLOSE, 'monotonic');
  }
  const kept = readdirSync('/dev/shm').filter((name) => name.endsWith(`_${child.pid}`));
  t.same(kept, [], 'nothing lies where it would outlive the program');
});
