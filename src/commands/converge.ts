/** One convergence in the foreground: the agent's own parts, until all is settled or will not be. */
import { readHostFacts } from '../host/facts.js';
import type { AgentEvent } from '../report/event-ring.js';
import type { Report } from '../report/report.js';
import { Secrets } from '../report/secrets.js';
import type { Settings } from '../settings/settings.js';
import { claimHost } from './claim.js';
import { exitCode } from './command.js';
import { type Convergence, convergenceOf } from './convergence.js';
import { openLog } from './log.js';
import { openParts } from './parts.js';

export interface ConvergeOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** One value at the end, instead of lines as it goes. */
  readonly json: boolean;
}

interface Ending {
  readonly convergence: Exclude<Convergence, 'under way'>;
  /** Beside the report's reasons. */
  readonly why: string | null;
}

/** Containers stay as they are when it ends, in whichever way. Answers with the exit code. */
export async function converge(settings: Settings, { timeout, json }: ConvergeOptions): Promise<number> {
  const secrets = new Secrets();
  const log = openLog('error', secrets.mask, process.stderr);
  const taken = 'it does by itself what apply would do; katod status shows how far it is';
  const refused = await claimHost(settings, { log, taken });
  if (refused !== null) return refused;
  const { promise, end } = ending(timeout);
  let last: Report | null = null;
  const parts = await openParts(settings, await readHostFacts(), {
    log,
    secrets,
    onReport(report) {
      last = report;
      const convergence = convergenceOf(report);
      if (convergence !== 'under way') end({ convergence, why: null });
    },
  });
  const events: AgentEvent[] = [];
  parts.events.follow((event) => {
    if (json) events.push(event);
    else if (event.kind !== 'agent' && event.kind !== 'status') process.stdout.write(`${eventLine(event)}\n`);
  });
  try {
    parts.begin();
    const { convergence, why } = await promise;
    const report: Report = last ?? (await parts.view.report());
    const reasons = [...(why === null ? [] : [why]), ...report.reasons];
    const settled = convergence === 'settled';
    process.stdout.write(
      json
        ? `${JSON.stringify({ settled, reasons, report, events }, null, 2)}\n`
        : `${settled ? 'settled' : 'not settled'}: ${inWords(report)}\n`,
    );
    if (!json && !settled) for (const reason of reasons) process.stderr.write(`katod: ${reason}\n`);
    return settled ? exitCode.done : exitCode.failed;
  } finally {
    await parts.close();
  }
}

/** What comes first ends it: a verdict, the time, or a signal. A second signal kills, as it always does. */
function ending(timeout: number): {
  readonly promise: Promise<Ending>;
  readonly end: (ending: Ending) => void;
} {
  let end: (ending: Ending) => void = () => {};
  const promise = new Promise<Ending>((resolve) => {
    const fail = (why: string): void => end({ convergence: 'failed', why });
    const timer = setTimeout(() => fail(`not settled within ${timeout / 1_000} s`), timeout);
    const onSignal = (signal: NodeJS.Signals): void =>
      fail(`interrupted by ${signal}; containers stay as they are`);
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    end = (verdict) => {
      clearTimeout(timer);
      resolve(verdict);
    };
  });
  return { promise, end };
}

function eventLine({ time, kind, component, message }: AgentEvent): string {
  return `${time.slice(11, 19)} ${component ?? kind}: ${message}`;
}

function inWords({ components, roles }: Report): string {
  const good = components.filter(
    ({ health, current, state }) => state === 'running' && health === 'ready' && current,
  );
  const role = roles.length === 0 ? 'no role' : `roles ${roles.join(', ')}`;
  return `${role}, ${good.length} of ${components.length} components ready`;
}
