/** The port's verb for a container that does one thing and ends: its exit code, and the end of what it printed. */
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { timedCall } from './call.js';
import { type Engine, type ExecResult, Fault } from './engine.js';
import { readOutput } from './exec-output.js';
import { describe } from './fault.js';
import { asReadable } from './images.js';
import type { Link } from './link.js';

/** Milliseconds between two looks whether it has ended: what is run like this is awaited, and seldom. */
const LOOK_EVERY = 100;
/** Lines that are asked for; of their words the last 4 KB are kept. */
const TAIL = 200;

/** The port's other verbs that it is made of. */
interface Verbs {
  readonly start: Engine['start'];
  readonly look: (id: string) => Promise<Docker.ContainerInspectInfo>;
}

export function runToEndVerb(link: Link, { start, look }: Verbs): Pick<Engine, 'runToEnd'> {
  const printed = async (id: string): Promise<string> => {
    const call = link.onContainer('logs', id);
    const stream = await link.ask(call, async (abortSignal) => {
      const options = { follow: true as const, stdout: true, stderr: true, tail: TAIL, abortSignal };
      return asReadable(await link.streams.getContainer(id).logs(options));
    });
    return timedCall(call, (signal) => readOutput(stream, signal));
  };
  return {
    async runToEnd(id, signal): Promise<ExecResult> {
      await start(id);
      for (;;) {
        const { State: state } = await look(id);
        if (!state.Running) return { exitCode: state.ExitCode, output: await printed(id) };
        if (signal.aborted) {
          const call = link.onContainer('start', id);
          throw new Fault('slow', 'later', describe(call, 'it has not ended in time'));
        }
        await delay(LOOK_EVERY);
      }
    },
  };
}
