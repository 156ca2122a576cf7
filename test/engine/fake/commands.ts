/**
 * Commands in the containers of the fake engine, where `say CODE WORDS` prints and ends, `last` goes on, and others are
 * unknown; and containers that end by themselves.
 */
import { type ExecResult, Fault } from '../../../src/engine/engine.js';
import type { FakeDaemon } from './daemon.js';
import { calledOff } from './refusals.js';

export const saying = (words: string, code: number): readonly string[] => ['say', String(code), words];
export const LASTING: readonly string[] = ['last'];

/** The end of what a command printed that is kept, in characters. */
const KEPT = 4096;

/** Runs a command to its end; one that is given up goes on, and is not begun again meanwhile. */
export async function runCommand(
  daemon: FakeDaemon,
  id: string,
  { command, signal }: { readonly command: readonly string[]; readonly signal: AbortSignal },
): Promise<ExecResult> {
  const [program = '', code = '0', words = ''] = command;
  if (signal.aborted) throw calledOff('exec');
  const lasting = daemon.commandsIn(id);
  if (program === 'say') return { exitCode: Number(code), output: `${words}\n`.slice(-KEPT) };
  if (program !== 'last') return { exitCode: 126, output: `exec: "${program}": executable file not found` };
  const busy = new Fault('busy', 'later', `exec in ${id}: the command goes on`);
  if (lasting.has(program)) throw busy;
  lasting.add(program);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(busy), { once: true });
  });
}

/** Starts a container and waits for its end, which `runPrograms` or somebody else brings about. */
export function runToEnd(daemon: FakeDaemon, id: string, signal: AbortSignal): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const stop = daemon.listen((event) => {
      if (event.id !== id || event.action !== 'die') return;
      stop();
      const container = daemon.containers().find((one) => one.id === id);
      resolve({ exitCode: container?.exitCode ?? 0, output: (container?.output ?? '').slice(-KEPT) });
    });
    const giveUp = () => {
      stop();
      reject(new Fault('slow', 'later', `run of ${id}: it has not ended in time`));
    };
    daemon.start(id);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
