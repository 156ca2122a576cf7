/** Gathers why the store can't be read, and says when that is to be told: not for a moment's change of members. */

import { EtcdFault, NO_ANSWER, sentence } from './fault.js';

export interface OutageOptions {
  readonly endpoints: readonly string[];
  readonly tell: (why: string) => void;
}

/** How long a change from one member to the next may take without a word, in milliseconds. */
const PATIENCE = 1_000;

const SILENT = new EtcdFault('away', NO_ANSWER);

export class Outage {
  readonly #endpoints: readonly string[];
  readonly #tell: (why: string) => void;
  /** What each endpoint that was tried since the last good answer came to. */
  readonly #faults = new Map<string, EtcdFault>();
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

  failed(endpoint: string, fault: EtcdFault): void {
    this.#faults.set(endpoint, fault);
    if (this.#faults.size === this.#endpoints.length) this.#say();
  }

  /** A complete answer has come. */
  over(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#faults.clear();
  }

  close(): void {
    clearTimeout(this.#patience);
  }

  #say(): void {
    const told = new Map<string, EtcdFault>();
    for (const endpoint of this.#endpoints) {
      const fault = this.#faults.get(endpoint) ?? (endpoint === this.#trying ? SILENT : undefined);
      if (fault !== undefined) told.set(endpoint, fault);
    }
    this.#tell(sentence(told));
  }
}
