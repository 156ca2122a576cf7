/** One long-running program of the sandbox: started, watched, signalled and ended by its own process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until } from './until.js';

export interface PartOptions {
  /** Used in messages. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** File that takes what the program prints; appended to. */
  readonly log: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Part {
  readonly pid: number;
  /** Null while it runs. */
  exit(): Exit | null;
  /** Resolves when the program has ended. */
  readonly ended: Promise<Exit>;
  /** Sends a signal; nothing happens if the program has ended. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. Rejects after `within` milliseconds (default 30 s). */
  end(name: NodeJS.Signals, within?: number): Promise<Exit>;
  /** Waits for the condition; rejects at once, with the end of the log, when the program ends before. */
  ready(condition: () => Promise<boolean>, within: number): Promise<void>;
}

/** Starts the program in a session of its own: a Ctrl-C in the terminal reaches the owner, who ends it in order. */
export function startPart({ name, argv, environment, log }: PartOptions): Part {
  const [program = '', ...rest] = argv;
  const file = openSync(log, 'a');
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', file, file],
    env: { ...environment },
  });
  closeSync(file);
  child.unref();
  return partOf(child, name, log);
}

function partOf(child: ChildProcess, name: string, log: string): Part {
  let exit: Exit | null = null;
  const ended = new Promise<Exit>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null) => {
      exit ??= { code, signal };
      resolve(exit);
    };
    child.once('exit', settle);
    // The program could not even be started; its name is in the message of `ready`.
    child.once('error', () => settle(127, null));
  });
  const end = async (signal: NodeJS.Signals, within = 30_000) => {
    if (exit === null) child.kill(signal);
    await until(`${name} ends after ${signal}`, () => exit !== null, { within });
    return ended;
  };
  return {
    pid: child.pid ?? -1,
    exit: () => exit,
    ended,
    signal: (signal) => {
      if (exit === null) child.kill(signal);
    },
    end,
    async ready(condition, within) {
      await until(`${name} is ready (log: ${log})`, async () => exit !== null || (await condition()), {
        within,
      });
      if (exit !== null) throw new Error(`${name} ended at start with ${said(exit)}:\n${tail(log)}`);
    },
  };
}

function said(exit: Exit): string {
  return exit.signal ?? `exit code ${exit.code}`;
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
}
