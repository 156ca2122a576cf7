/**
 * How fast one store is tried again: each endpoint once without much ado, then with growing waits and jitter, so that
 * a thousand nodes do not come back in step.
 */

export interface Pacing {
  /** How many endpoints there are to try. */
  readonly endpoints: number;
  /** Gives 0 to 1. */
  readonly random: () => number;
}

/** All in milliseconds. */
const FIRST = 200;
const LEAST = 500;
const MOST = 3_000;

/** Where the answer is no: somebody has to do something about it, and each question costs etcd as much as an answer. */
const MOST_REFUSED = 10_000;

/** A connection that lived this long was a good one. */
const STEADY = 10_000;

export class Pace {
  readonly #endpoints: number;
  readonly #random: () => number;
  #tries = 0;
  #last = LEAST;
  #most = MOST;

  constructor({ endpoints, random }: Pacing) {
    this.#endpoints = endpoints;
    this.#random = random;
  }

  /** How long to wait before the next try. */
  next(): number {
    this.#tries += 1;
    if (this.#tries === 1) return 0;
    if (this.#tries <= this.#endpoints + 1) return FIRST * this.#random();
    this.#last = LEAST + (Math.min(this.#most, this.#last * 3) - LEAST) * this.#random();
    return this.#last;
  }

  /** The try has failed. */
  failed({ refused }: { readonly refused: boolean }): void {
    this.#most = refused ? MOST_REFUSED : MOST;
  }

  /** A connection has ended that worked for `lived` milliseconds. One that was cut at once does not count. */
  ended(lived: number): void {
    if (lived < STEADY) return;
    this.#tries = 1;
    this.#last = LEAST;
  }
}
