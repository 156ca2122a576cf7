/** The check `exec`: a command in the component's container ends with exit code 0. */
import { type ExecResult, Fault } from '../engine/engine.js';
import { type Answer, answer, faultWords, lastLine } from './answer.js';
import type { ProbeCheck } from './probe.js';

/** Runs a command in the container that is probed; the engine's verb of that name. */
export type RunCommand = (command: readonly string[], signal: AbortSignal) => Promise<ExecResult>;

/** Settles at the latest when the signal fires, and never rejects. What the engine can't do is no failure of the component. */
export async function checkExec(
  { command }: Extract<ProbeCheck, { kind: 'exec' }>,
  signal: AbortSignal,
  run: RunCommand,
): Promise<Answer> {
  // The other words may hold a secret.
  const [what] = command;
  try {
    const { exitCode, output } = await run(command, signal);
    const line = lastLine(output);
    const words = line === '' ? '' : `: ${line}`;
    return answer(exitCode === 0, `${what}: exit code ${exitCode}${words}`);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    switch (fault.kind) {
      case 'busy': {
        const late = signal.aborted ? faultWords(signal.reason) : 'an earlier run goes on';
        return answer(false, `${what}: ${late}; Docker can't end it, a restart of its container does`);
      }
      case 'refused':
        return answer(false, fault.message);
      default:
        return answer(null, fault.message);
    }
  }
}
