/**
 * The port to the desired state. A store gives readings: the whole of what concerns one node, at one revision,
 * or the reason why it could not be read. "Could not read" is never "nothing there".
 */

/** Every key that concerns a node (`cluster/…`, `nodes/NODE/…`), without the prefix, as read at one revision. */
export interface Snapshot {
  /** Revision of the store, a decimal integer too large for a number. A file's is a hash of its content. */
  readonly revision: string;
  readonly entries: ReadonlyMap<string, Uint8Array>;
}

export type Reading =
  | { readonly ok: true; readonly snapshot: Snapshot }
  /** `why` is a sentence for the operator: what happened, to what, and what to do. */
  | { readonly ok: false; readonly why: string };

export interface Following {
  /** Reads everything anew; a hint to hurry, answered through `tell`. */
  refresh(): void;
  close(): Promise<void>;
}

export interface Store {
  readonly kind: 'etcd' | 'file';
  /**
   * Tells the first reading, then one for each change, and one for each change between readable and unreadable.
   * Reconnects for ever, with jitter. Never throws, and never tells the same reading twice in a row.
   */
  follow(tell: (reading: Reading) => void): Following;
  /** One reading, for commands. Rejects with a `StoreError`. */
  read(): Promise<Snapshot>;
  /**
   * Sets a key once: a lost answer is resolved by reading the key again, never by writing twice.
   * Rejects with a `StoreError`; a file store refuses, since people edit the file.
   */
  put(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/** A failure whose message names the store's address and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
