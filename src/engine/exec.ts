/**
 * The port's verb for a command in a container. Docker can begin one and can't end it: whoever stops waiting leaves it
 * running. So before each one is looked whether the same still runs, even from before this process.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { unlessFault } from './already.js';
import { calledOff, type TimedCall } from './call.js';
import { type Engine, type ExecResult, Fault } from './engine.js';
import { readOutput } from './exec-output.js';
import { describe, unwrapped } from './fault.js';
import { asReadable } from './images.js';
import type { Link } from './link.js';

/** The output can end a moment before the engine knows the exit code; milliseconds between two looks. */
const EXIT_CODE_WAIT = 50;

interface Run {
  readonly container: string;
  readonly command: readonly string[];
  /** Its `closing` fires when nobody waits any more. */
  readonly call: TimedCall;
  /** Whether the engine has said that it has begun. */
  begun: boolean;
}

export function execVerb(link: Link): Pick<Engine, 'exec'> {
  /** Ids of those whose end a call still waits for: they are not left over. */
  const awaited = new Set<string>();

  const look = ({ call }: Run, id: string): Promise<Docker.ExecInspectInfo | null> =>
    unlessFault(['gone'], null, () =>
      link.ask(call, (abortSignal) => link.calls.getExec(id).inspect({ abortSignal })),
    );
  const isLeftOver = async (run: Run, id: string): Promise<boolean> => {
    if (awaited.has(id)) return false;
    const found = await look(run, id);
    // Another call may have begun it while this one asked.
    if (found?.Running !== true || awaited.has(id)) return false;
    const { entrypoint, arguments: rest } = found.ProcessConfig;
    const words = [entrypoint, ...rest];
    return words.length === run.command.length && words.every((word, index) => word === run.command[index]);
  };
  const refuseSecond = async (run: Run): Promise<void> => {
    const { ExecIDs: ids } = await link.ask(run.call, (abortSignal) =>
      link.calls.getContainer(run.container).inspect({ abortSignal }),
    );
    const found = await Promise.all((ids ?? []).map((id) => isLeftOver(run, id)));
    if (found.includes(true)) throw goesOn(run.call, 'an earlier run of the command has not ended');
  };
  const begin = async (run: Run): Promise<Docker.Exec> =>
    link.ask(run.call, (abortSignal) => {
      const _body = { Cmd: run.command, AttachStdout: true, AttachStderr: true };
      const options = { _body, abortSignal };
      return link.calls.getContainer(run.container).exec(options);
    });
  const output = async (run: Run, exec: Docker.Exec): Promise<string> => {
    const stream = await link.ask(run.call, async (abortSignal) => {
      const options = { _body: { Detach: false, Tty: false }, abortSignal };
      return asReadable(await link.streams.getExec(exec.id).start(options));
    });
    run.begun = true;
    return readOutput(stream, run.call.closing);
  };
  const toItsEnd = async (run: Run): Promise<ExecResult> => {
    await refuseSecond(run);
    const exec = await begin(run);
    awaited.add(exec.id);
    try {
      const printed = await output(run, exec);
      for (;;) {
        const found = await look(run, exec.id);
        if (found === null) throw new Fault('gone', 'now', describe(run.call, 'its container has ended'));
        if (!found.Running) return ended(run, found, printed);
        await delay(EXIT_CODE_WAIT, undefined, { signal: run.call.closing });
      }
    } finally {
      awaited.delete(exec.id);
    }
  };

  return {
    async exec(container, command, signal) {
      const call = link.onContainer('exec', container);
      const ending = new AbortController();
      // Looks at leftovers are made side by side, each with a listener: no leak.
      setMaxListeners(0, ending.signal);
      const run: Run = { container, command, call: { ...call, closing: ending.signal }, begun: false };
      const end = () => ending.abort();
      for (const each of [signal, link.closing]) each.addEventListener('abort', end);
      try {
        return await new Promise((resolve, reject) => {
          // First of all who listen: what it ends must not tell its own story.
          ending.signal.addEventListener('abort', () =>
            reject(link.closing.aborted ? calledOff(call) : givenUp(run)),
          );
          if (signal.aborted || link.closing.aborted) end();
          else toItsEnd(run).then(resolve, reject);
        });
      } finally {
        for (const each of [signal, link.closing]) each.removeEventListener('abort', end);
      }
    },
  };
}

function ended({ call }: Run, { ExitCode: exitCode }: Docker.ExecInspectInfo, printed: string): ExecResult {
  // What is no command of the image is told by runc in the command's place.
  if (exitCode !== null) return { exitCode, output: unwrapped(printed) };
  throw new Fault('failed', 'later', describe(call, `the command could not be begun ${printed}`));
}

function givenUp({ call, begun }: Run): Fault {
  if (begun) return goesOn(call, 'the command has not ended in time');
  return new Fault('slow', 'later', describe(call, 'the engine has not begun the command in time'));
}

function goesOn(call: TimedCall, words: string): Fault {
  const remedy = 'Docker can not end it: it ends by itself, or when its container is restarted';
  return new Fault('busy', 'later', describe(call, `${words}; ${remedy}`));
}
