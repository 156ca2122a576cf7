/** What goes wrong with calls to the fake engine: rules by verb, each used up by the calls that it meets. */
import type { Fault } from '../../../src/engine/engine.js';
import { noAnswer } from './refusals.js';

export type FakeVerb =
  | 'connect'
  | 'ping'
  | 'list'
  | 'inspect'
  | 'hasImage'
  | 'pull'
  | 'create'
  | 'start'
  | 'stop'
  | 'restart'
  | 'rename'
  | 'remove'
  | 'unpause'
  | 'signal'
  | 'runToEnd'
  | 'exec'
  | 'readFile'
  | 'ensureNetwork';

/** Those that change something. */
export const CHANGES: readonly FakeVerb[] = [
  'pull',
  'create',
  'start',
  'stop',
  'restart',
  'rename',
  'remove',
  'unpause',
  'signal',
  'runToEnd',
  'ensureNetwork',
];

export interface Mishap {
  readonly verbs: readonly FakeVerb[];
  /** Container id, name or image that it is about; any where left out. */
  readonly subject?: string;
  /** Milliseconds until the engine does it, though nobody may wait for that any more; null: it never does. */
  readonly happensAfter: number | null;
  /** Milliseconds until the caller is answered. */
  readonly answeredAfter: number;
  /** The answer; null: the engine's own. */
  readonly fault: Fault | null;
}

/** The deadline of a call, as the real adapter keeps it: no call takes longer, in milliseconds. */
const DEADLINE = 10_000;

/** Refused; it has not happened, or it `happens` all the same. */
export function fails(verbs: readonly FakeVerb[], fault: Fault, happens = false): Mishap {
  return { verbs, happensAfter: happens ? 0 : null, answeredAfter: 0, fault };
}

/** No answer. `happensAfter` in milliseconds, perhaps long after the deadline; null: never. */
export function hangs(verbs: readonly FakeVerb[], happensAfter: number | null = null): Mishap {
  return { verbs, happensAfter, answeredAfter: DEADLINE, fault: noAnswer(verbs.join()) };
}

/** All goes well, but takes its time; milliseconds. */
export function isSlow(verbs: readonly FakeVerb[], takes: number): Mishap {
  return { verbs, happensAfter: takes, answeredAfter: takes, fault: null };
}

export class Mishaps {
  #rules: { readonly mishap: Mishap; left: number }[] = [];

  /** Befalls the next `times` calls that it fits. */
  add(mishap: Mishap, times = 1): void {
    this.#rules.push({ mishap, left: times });
  }

  clear(): void {
    this.#rules = [];
  }

  /** What befalls this call, or null. */
  take(verb: FakeVerb, subject: string): Mishap | null {
    const rule = this.#rules.find(
      ({ mishap }) => mishap.verbs.includes(verb) && (mishap.subject ?? subject) === subject,
    );
    if (rule === undefined) return null;
    rule.left -= 1;
    this.#rules = this.#rules.filter(({ left }) => left > 0);
    return rule.mishap;
  }
}
