/**
 * From the store's readings to what is wanted: each good reading is accepted as far as it makes sense, kept on disk
 * as the last known good, and resolved. A reading that failed changes nothing but what is told.
 */
import type { Logger } from 'pino';
import type { Catalog } from '../catalog/catalog.js';
import { Overlays } from '../catalog/overlays.js';
import { acceptInSteps } from '../desired/accept.js';
import { type Accepted, NOTHING_ACCEPTED, parseAccepted } from '../desired/accepted.js';
import type { Desired, NodeFacts, Problem } from '../desired/desired.js';
import { isRefused } from '../desired/guard.js';
import type { StoreWords } from '../desired/key-text.js';
import type { Ensembles } from '../desired/members.js';
import type { Policy } from '../desired/policy.js';
import { resolveInSteps } from '../desired/resolve.js';
import { withGood } from '../desired/store-definitions.js';
import type { LastKnownGood } from '../store/last-known-good.js';
import type { Following, Reading, Snapshot, Store } from '../store/store.js';
import { type ClusterIdentity, Hold } from './hold.js';
import { ReadingQueue } from './reading-queue.js';
import { inSlices } from './slices.js';

export interface FollowOptions {
  readonly store: Pick<Store, 'kind' | 'follow'>;
  readonly lastKnownGood: LastKnownGood;
  readonly catalog: Catalog;
  /** What the store may ask for. */
  readonly policy: Policy;
  readonly facts: NodeFacts;
  /** Stack where the store names none. */
  readonly defaultStack: string;
  /** In front of keys where people are told of them: etcd's prefix, or a file's path. */
  readonly prefix: string;
  readonly log: Logger;
  readonly onDesired: (desired: Desired) => void;
  readonly cluster: ClusterIdentity;
  /** Whether an operator has left a mark on this host that the store is right; it counts once. */
  readonly takeTrustMark: () => Promise<boolean>;
}

/** Nothing is known to be wanted, which is not the same as nothing wanted. */
function notKnown(why: string): Desired {
  return { known: false, unassigned: false, why };
}

export class FollowedStore {
  readonly #options: FollowOptions;
  readonly #hold: Hold;
  #accepted: Accepted = NOTHING_ACCEPTED;
  #desired = notKnown('the store has not been read yet, and there is no last known good state on disk');
  #problems: readonly Problem[] = [];
  #diskProblems: readonly Problem[] = [];
  #unreadable: string | null = null;
  #following: Following | null = null;
  #followed = false;
  readonly #readings = new ReadingQueue({
    untilJudgeable: () => this.#untilJudgeable(),
    take: (reading) => (reading.ok ? this.#read(reading.snapshot) : this.#miss(reading.why)),
  });
  #engineLooked = false;
  #writing: Promise<void> = Promise.resolve();

  readonly #overlays: Overlays;

  constructor(options: FollowOptions) {
    this.#options = options;
    const { log, cluster, takeTrustMark } = options;
    this.#hold = new Hold({ words: this.#words(), log, cluster, takeTrustMark, again: () => this.#again() });
    this.#overlays = new Overlays(options.catalog);
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
      this.#desired = await this.#resolve(accepted, 'disk');
    }
    return this.#desired;
  }

  /** From now on each reading of the store counts. */
  follow(): void {
    const tell = (reading: Reading) => void this.take(reading);
    this.#following = this.#options.store.follow(tell, { partly: true });
  }

  desired(): Desired {
    return this.#desired;
  }

  /** What is in force of the store's values. */
  accepted(): Accepted {
    return this.#accepted;
  }

  /** What is wrong with the store's values and the state on disk. */
  problems(): readonly Problem[] {
    return [...this.#diskProblems, ...this.#problems];
  }

  /** Why the store can't be read, or null. */
  unreadable(): string | null {
    return this.#unreadable;
  }

  /** Why the store's answer is not followed, or null. */
  hold(): string | null {
    return this.#hold.why();
  }

  /** Whether an answer of the store has been followed and none is held now: only then may it be written to. */
  isFollowing(): boolean {
    return this.#following !== null && this.#followed && this.#hold.why() === null;
  }

  clusterId(): string | null {
    return this.#accepted.clusterId;
  }

  async close(): Promise<void> {
    this.#hold.close();
    await this.#following?.close();
    await this.#writing;
  }

  /** Takes in one reading, or a later one. */
  take(reading: Reading): Promise<void> {
    return this.#readings.add(reading);
  }

  /** The engine's containers may tell which cluster this is, where the disk does not; and the engine may be away. */
  #untilJudgeable(): Promise<unknown> | null {
    if (this.#engineLooked || this.#accepted.clusterId !== null) return null;
    return this.#options.cluster.onEngine().then(() => {
      this.#engineLooked = true;
    });
  }

  #miss(why: string): void {
    if (this.#unreadable !== why) this.#options.log.warn({ problem: why }, 'store not readable');
    this.#unreadable = why;
    if (!this.#desired.known && !this.#desired.unassigned) this.#desired = notKnown(why);
    this.#options.onDesired(this.#desired);
  }

  #read(snapshot: Snapshot): Promise<void> {
    if (this.#unreadable !== null) this.#options.log.info('store readable again');
    this.#unreadable = null;
    return this.#judge(snapshot);
  }

  async #judge(snapshot: Snapshot): Promise<void> {
    const why = await this.#hold.judge(snapshot, this.#accepted);
    if (why === null) return this.#acceptReading(snapshot);
    if (!this.#desired.known) this.#desired = notKnown(why);
    this.#options.onDesired(this.#desired);
  }

  /** Nothing was read: a store that can't be reached meanwhile stays so, and a newer reading is not overruled. */
  #again(): void {
    void this.#readings.inTurn(() => {
      const snapshot = this.#hold.snapshot();
      return snapshot === null ? undefined : this.#judge(snapshot);
    });
  }

  async #acceptReading(read: Snapshot): Promise<void> {
    const { catalog, facts, defaultStack, prefix, store, log, onDesired } = this.#options;
    const snapshot = await this.#withClusterId(read);
    const previous = this.#accepted;
    const given = { previous, snapshot, catalog, node: facts.name, defaultStack, prefix, source: store.kind };
    const { accepted, gone, problems } = await inSlices(acceptInSteps(given));
    this.#tellProblems(this.#problems, problems);
    this.#problems = problems;
    const desired = await this.#resolve(accepted, store.kind, gone);
    if (desired.known) this.#following?.share(desired.usesMembers ? ['members/'] : []);
    const proven: Accepted = { ...accepted, components: withGood(accepted.components, desired) };
    this.#accepted = proven;
    this.#desired = desired;
    this.#followed = true;
    log.debug({ revision: accepted.revision }, 'store read');
    this.#writing = this.#writing.then(() => this.#keep(proven));
    onDesired(desired);
  }

  /** A store without an id gets one, so that it can be told from an emptied one from now on. */
  async #withClusterId(snapshot: Snapshot): Promise<Snapshot> {
    if (this.#options.store.kind === 'file' || isRefused(snapshot, 'cluster/')) return snapshot;
    if (snapshot.entries.has('cluster/id')) return snapshot;
    const id = await this.#options.cluster.create();
    if (id === null) return snapshot;
    return {
      ...snapshot,
      entries: new Map(snapshot.entries).set('cluster/id', new TextEncoder().encode(id)),
    };
  }

  #words(): StoreWords {
    return { source: this.#options.store.kind, prefix: this.#options.prefix };
  }

  #resolve(accepted: Accepted, from: 'etcd' | 'file' | 'disk', gone: Ensembles = {}): Promise<Desired> {
    const { catalog, policy, facts, prefix, store } = this.#options;
    const given = { catalog, policy, facts, prefix, source: store.kind, gone };
    return inSlices(
      resolveInSteps({ ...given, accepted, from, overlays: this.#overlays, before: this.#desired }),
    );
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
