/**
 * The port to what lives as long as this program does: keys under a lease, which go by themselves soon after it has
 * gone. Nothing here throws, and nothing waits: whoever holds a key says so once, and it is seen to in the background.
 */

export interface SessionOptions {
  /** After how long without a word from this program its keys go: milliseconds, in etcd whole seconds. Default 60 s. */
  readonly ttl?: number;
}

export interface Session {
  /**
   * Keeps the key at the value: written now, and again whenever the lease had to be had anew. A later call gives it
   * another value. What is there already with this value and this lease is not written again.
   */
  hold(key: string, value: string): void;
  /** Deletes the key, if it is there, and holds it no longer. */
  release(key: string): void;
  /**
   * The lease, as long as it can't have run out whatever has become of etcd; null: there is none that is certain.
   * To be asked before each step that relies on it: it also runs out while this program stands still.
   */
  held(): Held | null;
  /** Whether the key stands in the store with its newest value, under the lease that is held. */
  stands(key: string): boolean;
  /**
   * Creates a key that is absent, under the lease, and never again by itself: what was claimed goes with the lease. Done
   * once or not at all. Rejects with a `StoreError` where that can't be told. `isOwn` tells by the value that stands
   * there whether it may be taken over, from an earlier program of this node. Default: never.
   */
  claim(key: string, value: string, isOwn?: (value: string) => boolean): Promise<Claim>;
  /** Deletes a key that stands under the lease; another's is left alone. Rejects with a `StoreError`. */
  giveUp(key: string): Promise<void>;
  /** Why there is no lease, or what could not be written: a sentence for the operator. Null: all is well. */
  problem(): string | null;
  /** Gives the lease back, and with it all keys, if etcd can be asked; else they go when it runs out. */
  close(): Promise<void>;
}

export type Claim =
  /** It stands under the lease that is held since then; also where an earlier claim of this session made it. */
  | { readonly ok: true; readonly since: number }
  /** Somebody else's is there, or there is no lease now. */
  | { readonly ok: false };

/** Times of `performance.now()`, in milliseconds. */
export interface Held {
  /** Since when it is the same lease. */
  readonly since: number;
  readonly until: number;
}

export const DEFAULT_TTL = 60_000;

/** Keep-alives of a whole cluster, per second. */
const MOST_KEEP_ALIVES = 50;

/** A lease is kept alive so often within its time: two may be lost. */
export const KEEP_ALIVES_PER_TTL = 3;

/**
 * The lease's time for a fleet, in milliseconds. Every keep-alive goes to the one leader, who also has to tell the
 * others; 50 a second are nothing to it. Up to a thousand nodes that is 60 s, then it grows with the fleet, so that
 * the rate does not.
 */
export function leaseTtl(members: number): number {
  return Math.max(DEFAULT_TTL, Math.ceil((members * KEEP_ALIVES_PER_TTL) / MOST_KEEP_ALIVES) * 1_000);
}
