/** Gathers why the store can't be read, and says when that is to be told: not for a moment's change of members. */

import { NO_ANSWER, unreachable } from './fault.js';

export interface OutageOptions {
  readonly endpoints: readonly string[];
  readonly tell: (why: string) => void;
}

/** How long a change from one member to the next may take without a word, in milliseconds. */
const PATIENCE = 1_000;

export class Outage {
  readonly #endpoints: readonly string[];
  readonly #tell: (why: string) => void;
  /** What each endpoint that was tried since the last good answer came to. */
  readonly #causes = new Map<string, string>();
  #trying: string | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor({ endpoints, tell }: OutageOptions) {
    this.#endpoints = endpoints;
    this.#tell = tell;
  }

  /** There is no connection that works. */
  begin(): void {
    this.#patience ??= setTimeout(() => this.#say(), PATIENCE);
  }

  trying(endpoint: string): void {
    this.#trying = endpoint;
  }

  failed(endpoint: string, cause: string): void {
    this.#causes.set(endpoint, cause);
    if (this.#causes.size === this.#endpoints.length) this.#say();
  }

  /** A complete answer has come. */
  over(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#causes.clear();
  }

  close(): void {
    clearTimeout(this.#patience);
  }

  #say(): void {
    const told = new Map<string, string>();
    for (const endpoint of this.#endpoints) {
      const cause = this.#causes.get(endpoint) ?? (endpoint === this.#trying ? NO_ANSWER : undefined);
      if (cause !== undefined) told.set(endpoint, cause);
    }
    this.#tell(unreachable(told));
  }
}
