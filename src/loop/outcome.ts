/** How an action ended, for the memory and the log. Pure. */
import { Fault } from '../engine/engine.js';
import type { Action } from '../plan/action.js';
import { slotKey } from '../plan/disruption.js';
import type { Outcome } from '../plan/memory.js';

/** `error` null: it went well. An engine that is away is no failure of the component: it waits for nothing but that. */
export function outcomeOf(action: Action, error: unknown): Outcome {
  if (error === null) return { action, ok: true };
  if (!(error instanceof Fault)) {
    return { action, ok: false, message: messageOf(error), retry: 'later', retryAfter: null };
  }
  const { message, retry, retryAfter, kind } = error;
  return { action, ok: false, message, retry: kind === 'unreachable' ? 'now' : retry, retryAfter };
}

/** What an action is done to, for its log line. */
export function subjectOf(action: Action): Record<string, string> {
  if (action.do === 'pull') return { image: action.image };
  if (action.do === 'create') return { image: action.spec.shape.image, digest: action.spec.digest };
  if (action.do === 'check') return { image: action.spec.shape.image };
  if ('id' in action) return { container: action.id.slice(0, 12) };
  if (action.do === 'claim') return { slot: slotKey(action.slot) };
  if (action.do === 'giveUp') return { slots: action.slots.map(slotKey).join(', ') };
  return { definition: action.definition, state: action.state };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
