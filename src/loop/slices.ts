/** Work in steps, in slices of time between which all others get their turn: the loop's, the server's, the probes'. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Of work at a stretch, in milliseconds. A step that is under way is not cut short. */
const SLICE = 2;

export interface Turns {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Resolves once all others that wait have had their turn. */
  readonly pause: () => Promise<unknown>;
}

/** By default the turns are the system's. */
export async function inSlices<T>(
  steps: Generator<void, T>,
  { now = () => performance.now(), pause = () => nextTurn() }: Partial<Turns> = {},
): Promise<T> {
  let begun = now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (now() - begun < SLICE) continue;
    await pause();
    begun = now();
  }
}
