/** What the other nodes have said to each wish of this node, since it has had the slot for it. */
import { type PeerAnswer, type Wish, wishKey } from '../plan/disruption.js';
import { type Ask, askPeers } from './peers.js';

/** They are asked anew so often; milliseconds. */
const ASK_EVERY = 2_000;

export interface PeerAnswersOptions {
  readonly ask: Ask;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  /** Called with each answer. */
  readonly onChange: () => void;
}

interface Question {
  readonly component: string;
  /** When it was asked; milliseconds. */
  readonly at: number;
}

export class PeerAnswers {
  readonly #options: PeerAnswersOptions;
  /** Both by `wishKey`. */
  readonly #asking = new Map<string, Question>();
  readonly #answers = new Map<string, Question & { readonly answer: PeerAnswer }>();

  constructor(options: PeerAnswersOptions) {
    this.#options = options;
  }

  /** By `wishKey`; only what was asked at that time or later, in milliseconds. */
  since(time: number): ReadonlyMap<string, PeerAnswer> {
    return new Map(
      [...this.#answers].flatMap(([key, { at, answer }]) => (at >= time ? [[key, answer]] : [])),
    );
  }

  ask(wish: Wish): void {
    const { ask, now, onChange } = this.#options;
    const key = wishKey(wish);
    const last = this.#answers.get(key);
    if (this.#asking.has(key) || (last !== undefined && now() - last.at < ASK_EVERY)) return;
    const question = { component: wish.component, at: now() };
    this.#asking.set(key, question);
    void askPeers(wish.peers, ask).then((answer) => {
      if (this.#asking.get(key) !== question) return;
      this.#asking.delete(key);
      this.#answers.set(key, { ...question, answer });
      onChange();
    });
  }

  /** With a new slot everything is asked anew; what is said to a question of before does not count either. */
  forget(component: string): void {
    for (const told of [this.#asking, this.#answers])
      for (const [key, question] of told) if (question.component === component) told.delete(key);
  }
}
