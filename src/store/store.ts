/**
 * The port to the desired state. A store gives readings: the whole of what concerns one node, at one revision,
 * or the reason why it could not be read. "Could not read" is never "nothing there".
 */

import type { Session, SessionOptions } from './session.js';

/** A folder that is followed only by those whose components need it: what the nodes tell each other of themselves. */
export type SharedFolder = 'members/';

/**
 * Every key that concerns a node (`cluster/…`, `nodes/NODE/…`, and the shared folders that were asked for), without the
 * prefix, as read at one revision.
 */
export interface Snapshot {
  /**
   * The store's revision at the list, then that of the last event: a decimal integer too large for a number. It only
   * grows, unless etcd was restored or replaced. A file's is a hash of its content.
   */
  readonly revision: string;
  /** etcd's own id of its cluster, a decimal integer; null of a file. A restored backup has another one by default. */
  readonly clusterId: string | null;
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** Shared folders whose keys are in `entries`: where one is not, nothing is known of it. Default: none. */
  readonly shared?: readonly SharedFolder[];
  /**
   * Parts that etcd refused to this node. Their keys are not in `entries`, but they are not absent either: what was
   * last known of them stays in force. Only in what is told to one who follows with `partly`. Default: none.
   */
  readonly refused?: readonly Refused[];
}

export interface Refused {
  /** `cluster/`, `nodes/NODE/`, or a shared folder. */
  readonly prefix: string;
  /** A sentence for the operator. */
  readonly why: string;
}

export type Reading =
  | { readonly ok: true; readonly snapshot: Snapshot }
  /** `why` is a sentence for the operator: what happened, to what, and what to do. */
  | { readonly ok: false; readonly why: string };

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Of the last change of this key; of a file, the hash of its content. */
  readonly revision: string;
}

/** What came of a write with a condition. */
export interface Written {
  /** By this call: not where somebody else has written the very same. */
  readonly done: boolean;
  /** What is there now; null: nothing. */
  readonly now: Entry | null;
}

export interface FollowOptions {
  /**
   * Tells what can be read also while a part is refused, and names that part in `refused`. Default false: then the
   * whole is told as unreadable, so that whoever does not look at `refused` can't take it for empty.
   */
  readonly partly?: boolean;
}

export interface Following {
  /** Reads everything anew; a hint to hurry, answered through `tell`. */
  refresh(): void;
  /** Reads exactly these shared folders as well from now on. A file has none: its node is the only member. */
  share(folders: readonly SharedFolder[]): void;
  close(): Promise<void>;
}

export interface Store {
  readonly kind: 'etcd' | 'file';
  /**
   * Tells the first reading, then one for each change, and one for each change between readable and unreadable.
   * Reconnects for ever, with jitter. Never throws, and never tells the same reading twice in a row: a reading is the
   * same while the entries are, even if the revision moves on; not if it went back, or the cluster's id is another.
   */
  follow(tell: (reading: Reading) => void, options?: FollowOptions): Following;
  /**
   * One reading, for commands: all of it, and of these shared folders those that may be read. Rejects with a
   * `StoreError`, also when another part is refused.
   */
  read(shared?: readonly SharedFolder[]): Promise<Snapshot>;
  /**
   * Sets a key once: a lost answer is resolved by reading the key again, never by writing twice.
   * Rejects with a `StoreError`; a file store refuses, since people edit the file.
   */
  put(key: string, value: string): Promise<void>;
  /**
   * Creates a key that is absent. The four below are done once or not at all, as `put`, and reject with a
   * `StoreError`; a file store refuses them. Keys are without the prefix throughout.
   */
  create(key: string, value: string): Promise<Written>;
  /** Only while the key is at the revision of an `Entry`. */
  putIf(key: string, value: string, revision: string): Promise<Written>;
  deleteIf(key: string, revision: string): Promise<Written>;
  /** Whatever is there. False: there was nothing. */
  delete(key: string): Promise<boolean>;
  /** One key; null: there is none. Rejects with a `StoreError`. */
  get(key: string): Promise<Entry | null>;
  /** All keys below a folder, such as `members/`, in their order. Rejects with a `StoreError`. */
  list(folder: string): Promise<readonly Entry[]>;
  /** Connects in the background. A file's holds for ever, and writes nothing: with it the node is the only member. */
  openSession(options?: SessionOptions): Session;
  /** Followings and sessions as well. */
  close(): Promise<void>;
}

/** A failure whose message names the store's address and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
