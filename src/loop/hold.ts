/**
 * Whether the store's answer is followed: the guard's objection, a twin of this host, and the operator's word against
 * either; and the hold that lasts while it is not.
 */
import type { Logger } from 'pino';
import type { Accepted } from '../desired/accepted.js';
import { isFreshTrust, objection, wordAt } from '../desired/guard.js';
import type { StoreWords } from '../desired/key-text.js';
import type { Snapshot } from '../store/store.js';
import { messageOf } from './outcome.js';

export interface HoldOptions {
  readonly words: StoreWords;
  readonly log: Logger;
  readonly cluster: ClusterIdentity;
  /** Whether an operator has left a mark on this host that the store is right; it counts once. */
  readonly takeTrustMark: () => Promise<boolean>;
  /** The held snapshot is to be judged again: an operator's mark and the end of a twin give no sign. */
  readonly again: () => void;
}

/** What else tells which cluster this is. */
export interface ClusterIdentity {
  /** Of the labels of this node's containers, or null; resolves once the engine has been looked at. */
  onEngine(): Promise<string | null>;
  /** Writes a random `cluster/id` where there is none. Resolves with the one that is there then, or null. */
  create(): Promise<string | null>;
  /** Why this host must not act under its name in this store, or null; rejects when it can't be told. */
  twin(): Promise<string | null>;
}

/** While a hold lasts, so often is looked for an operator's mark, or for the end of a twin, in milliseconds. */
const LOOK_AGAIN = 2_000;

export class Hold {
  readonly #options: HoldOptions;
  #held: { readonly why: string; readonly snapshot: Snapshot; readonly trustWord: string | null } | null =
    null;
  #alone = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: HoldOptions) {
    this.#options = options;
  }

  /** Why the store's answer is not followed, or null. */
  why(): string | null {
    return this.#held?.why ?? null;
  }

  /** What is not followed, or null. */
  snapshot(): Snapshot | null {
    return this.#held?.snapshot ?? null;
  }

  /** Null: the snapshot may be followed, because it fits or because an operator says so. Else why it is held. */
  async judge(snapshot: Snapshot, accepted: Accepted): Promise<string | null> {
    const clusterId = accepted.clusterId ?? (await this.#options.cluster.onEngine());
    const why = await this.#whyNot(snapshot, clusterId, accepted);
    this.#disarm();
    if (why === null) {
      this.#held = null;
      return null;
    }
    if (this.#held?.why !== why) this.#options.log.error({ problem: why }, 'store not followed');
    this.#held = { why, snapshot, trustWord: this.#wordAtHold(snapshot) };
    if (!this.#closed) this.#timer = setTimeout(this.#options.again, LOOK_AGAIN);
    return why;
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #whyNot(snapshot: Snapshot, clusterId: string | null, accepted: Accepted): Promise<string | null> {
    const { storeId, revision, trusted } = accepted;
    const why = objection({ known: { clusterId, storeId, revision }, snapshot, words: this.#options.words });
    if (why === null) return this.#twin();
    const atHold = this.#wordAtHold(snapshot);
    const fresh = isFreshTrust({ snapshot, clusterId, seen: trusted, atHold });
    if (!fresh && !(await this.#options.takeTrustMark())) return why;
    this.#options.log.warn({ problem: why }, 'store trusted by an operator');
    return null;
  }

  /** Asked until it has been answered with none: after that this host is the one that lives under the name. */
  async #twin(): Promise<string | null> {
    if (this.#alone || this.#options.words.source === 'file') return null;
    try {
      const twin = await this.#options.cluster.twin();
      this.#alone = twin === null;
      return twin;
    } catch (error) {
      this.#options.log.warn({ problem: messageOf(error) }, 'other hosts of this name not looked for');
      return null;
    }
  }

  #wordAtHold(snapshot: Snapshot): string | null {
    return this.#held === null ? wordAt(snapshot, 'cluster/trust') : this.#held.trustWord;
  }
}
