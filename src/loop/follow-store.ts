/**
 * From the store's readings to what is wanted: each good reading is accepted as far as it makes sense, kept on disk
 * as the last known good, and resolved. A reading that failed changes nothing but what is told.
 */
import type { Logger } from 'pino';
import type { Catalog } from '../catalog/catalog.js';
import { type Accepted, accept, NOTHING_ACCEPTED, parseAccepted } from '../desired/accepted.js';
import type { Desired, NodeFacts, Problem } from '../desired/desired.js';
import { resolve } from '../desired/resolve.js';
import type { LastKnownGood } from '../store/last-known-good.js';
import type { Following, Reading, Snapshot, Store } from '../store/store.js';

export interface FollowOptions {
  readonly store: Store;
  readonly lastKnownGood: LastKnownGood;
  readonly catalog: Catalog;
  readonly facts: NodeFacts;
  /** Stack where the store names none. */
  readonly defaultStack: string;
  /** In front of keys where people are told of them: etcd's prefix, or a file's path. */
  readonly prefix: string;
  readonly log: Logger;
  readonly onDesired: (desired: Desired) => void;
}

/** Nothing is known to be wanted, which is not the same as nothing wanted. */
function notKnown(why: string): Desired {
  return { known: false, unassigned: false, why };
}

export class FollowedStore {
  readonly #options: FollowOptions;
  #accepted: Accepted = NOTHING_ACCEPTED;
  #desired = notKnown('the store has not been read yet, and there is no last known good state on disk');
  #problems: readonly Problem[] = [];
  #diskProblems: readonly Problem[] = [];
  #unreadable: string | null = null;
  #following: Following | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Takes up the last known good. Never rejects: a state that can't be read is told. */
  async recall(): Promise<Desired> {
    const { lastKnownGood } = this.#options;
    const { value, problems } = await lastKnownGood.read();
    const accepted = value === null ? null : parseAccepted(value);
    this.#diskProblems = problems.map((message) => this.#onDisk(message));
    if (value !== null && accepted === null) {
      this.#diskProblems = [this.#onDisk('it is not a state that this version understands, and is not used')];
    }
    this.#tellProblems([], [...this.#options.catalog.problems, ...this.#diskProblems]);
    if (accepted !== null) {
      this.#accepted = accepted;
      this.#desired = this.#resolve('disk');
    }
    return this.#desired;
  }

  /** From now on each reading of the store counts. */
  follow(): void {
    this.#following = this.#options.store.follow((reading) => this.take(reading));
  }

  desired(): Desired {
    return this.#desired;
  }

  /** What is wrong with the store's values and the state on disk. */
  problems(): readonly Problem[] {
    return [...this.#diskProblems, ...this.#problems];
  }

  /** Why the store can't be read, or null. */
  unreadable(): string | null {
    return this.#unreadable;
  }

  clusterId(): string | null {
    return this.#accepted.clusterId;
  }

  async close(): Promise<void> {
    await this.#following?.close();
    await this.#writing;
  }

  /** Takes in one reading. */
  take(reading: Reading): void {
    const { log } = this.#options;
    if (!reading.ok) {
      if (this.#unreadable !== reading.why) log.warn({ problem: reading.why }, 'store not readable');
      this.#unreadable = reading.why;
      if (!this.#desired.known && !this.#desired.unassigned) this.#desired = notKnown(reading.why);
      this.#options.onDesired(this.#desired);
      return;
    }
    if (this.#unreadable !== null) log.info('store readable again');
    this.#unreadable = null;
    this.#acceptReading(reading.snapshot);
  }

  #acceptReading(snapshot: Snapshot): void {
    const { catalog, facts, defaultStack, prefix, store, log, onDesired } = this.#options;
    const previous = this.#accepted;
    const { accepted, problems } = accept({
      previous,
      snapshot,
      catalog,
      node: facts.name,
      defaultStack,
      prefix,
      source: store.kind,
    });
    this.#tellProblems(this.#problems, problems);
    this.#problems = problems;
    this.#accepted = accepted;
    log.debug({ revision: accepted.revision }, 'store read');
    this.#writing = this.#writing.then(() => this.#keep(accepted));
    this.#desired = this.#resolve(store.kind);
    onDesired(this.#desired);
  }

  #resolve(from: 'etcd' | 'file' | 'disk'): Desired {
    const { catalog, facts, prefix, store } = this.#options;
    return resolve({ catalog, accepted: this.#accepted, facts, from, prefix, source: store.kind });
  }

  async #keep(accepted: Accepted): Promise<void> {
    const failure = await this.#options.lastKnownGood.write(accepted);
    const problems = failure === null ? [] : [this.#onDisk(failure)];
    this.#tellProblems(this.#diskProblems, problems);
    this.#diskProblems = problems;
  }

  #onDisk(message: string): Problem {
    return { place: 'last known good', message };
  }

  #tellProblems(before: readonly Problem[], now: readonly Problem[]): void {
    const known = new Set(before.map(({ place, message }) => `${place} ${message}`));
    for (const { place, message } of now) {
      if (!known.has(`${place} ${message}`)) this.#options.log.warn({ place, problem: message }, 'refused');
    }
  }
}
