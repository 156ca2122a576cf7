/** The answer for one component: a step, a wait, an operator's turn, or nothing to do; and the gates before a step. */
import type { Action, Stuck, Waiting } from './action.js';
import type { Wish } from './disruption.js';
import { type Memory, memoryOf } from './memory.js';

export type Step = Action | Waiting | Stuck | Later | null;

/** Nothing is to be done or told now, but time alone may change that: milliseconds of the loop's clock. */
export interface Later {
  readonly component: string;
  readonly later: number;
  readonly wish?: Wish;
}

/** Lets an action through unless the same one failed a short while ago. */
export function unlessFailing(action: Action, memory: Memory, now: number): Action | Waiting {
  const failed = memoryOf(memory, action.component).failed[action.do];
  if (failed === undefined || now >= failed.nextAt) return action;
  return {
    component: action.component,
    waits: 'backoff',
    until: failed.nextAt,
    because: `${action.do} failed ${times(failed.failures)}: ${failed.message}`,
  };
}

/** As `unlessFailing`, and not before the crash backoff is over. */
export function unlessCrashing(action: Action, memory: Memory, now: number): Step {
  const { crashes, startAt, lastExit } = memoryOf(memory, action.component);
  if (now >= startAt) return unlessFailing(action, memory, now);
  const last = lastExit === null ? '' : `, the last time with ${exitInWords(lastExit)}`;
  return {
    component: action.component,
    waits: 'backoff',
    until: startAt,
    because: `it ended or was restarted ${times(crashes)} in a row${last}`,
  };
}

export function exitInWords(exit: { readonly code: number; readonly oomKilled: boolean }): string {
  return exit.oomKilled ? `exit code ${exit.code}, out of memory` : `exit code ${exit.code}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
