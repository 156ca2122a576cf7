/**
 * The store's readings, taken in one after the other. At most one good one waits, and behind it one that failed: a store
 * that changes faster than this node can follow is not queued up.
 */
import type { Reading } from '../store/store.js';

export interface ReadingQueueOptions {
  /** Null: good readings can be judged now. Else resolves when they can. */
  readonly untilJudgeable: () => Promise<unknown> | null;
  readonly take: (reading: Reading) => Promise<void> | void;
}

export class ReadingQueue {
  readonly #options: ReadingQueueOptions;
  #pending: readonly Reading[] = [];
  #taking: Promise<void> = Promise.resolve();

  constructor(options: ReadingQueueOptions) {
    this.#options = options;
  }

  /** Resolves when it has been taken in, or one that made it old. */
  async add(reading: Reading): Promise<void> {
    const judgeable = this.#options.untilJudgeable();
    // That may take long, and what was read before a failure is an old answer by then.
    const waiting = judgeable === null ? this.#pending.filter(({ ok }) => ok) : [];
    this.#pending = reading.ok ? [reading] : [...waiting, reading];
    if (reading.ok) await judgeable;
    await this.inTurn(() => this.#takeAll());
  }

  /** Other work on what readings change: not queued as one, which a later one would make old. */
  inTurn(work: () => Promise<void> | void): Promise<void> {
    this.#taking = this.#taking.then(work);
    return this.#taking;
  }

  async #takeAll(): Promise<void> {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      if (next.ok && this.#options.untilJudgeable() !== null) return;
      this.#pending = this.#pending.slice(1);
      await this.#options.take(next);
    }
  }
}
