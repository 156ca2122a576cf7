/**
 * One write on condition that the key's revision is still the one that was seen. The condition makes a second try
 * harmless: a copy of the first that is still under way, in a member that hangs for instance, can't be carried out
 * after all once another one was. So when an answer is lost, the key is read again, and tells.
 */

import { StoreError } from '../store.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault, refusal } from './fault.js';
import { type KeyValue, Target } from './messages.js';
import { type Cluster, connected, tour } from './tour.js';

export interface Writing {
  readonly cluster: Cluster;
  readonly key: Uint8Array;
  /** Null: the key is deleted. */
  readonly value: Uint8Array | null;
  /** The lease that a value is put under; 0, the default: none. */
  readonly lease?: bigint;
}

export type Outcome =
  | { readonly done: true; readonly revision: bigint }
  /** The key has changed. `unsure`: an answer was lost, and it may be this write that changed it. */
  | { readonly done: false; readonly unsure: boolean; readonly now: KeyValue | undefined };

/** Tours of the endpoints, a few seconds each at most, to learn what came of a write. */
const RESOLVE_TOURS = 5;

/** @param seen revision at which the key was seen; 0: absent. Rejects with a `StoreError`. */
export async function writeGuarded(writing: Writing, seen: bigint): Promise<Outcome> {
  const endpoints = writing.cluster.order.now();
  let unsure = false;
  for (const endpoint of [...endpoints, ...endpoints]) {
    try {
      const revision = await connected(writing.cluster, endpoint, (at) => writeOnce(at, writing, seen));
      if (revision !== null) return { done: true, revision };
    } catch (error) {
      if (!(error instanceof EtcdFault)) throw error;
      if (error.kind === 'refused') throw refusal(endpoint, error);
      if (error.kind === 'away') continue;
      unsure = true;
    }
    // Not written, or no answer: an earlier copy may have been carried out.
    const now = await resolve(writing);
    if (revisionOf(now) !== seen) return { done: false, unsure, now };
  }
  throw new StoreError(
    `${nameOf(writing)} was not written as far as can be told: no member confirmed it: ` +
      `look with etcdctl get, and try again (tried ${endpoints.join(', ')})`,
  );
}

export function readKey(
  { cluster, key }: Omit<Writing, 'value'>,
  tours: number,
): Promise<KeyValue | undefined> {
  return tour(cluster, tours, async (connection) => (await connection.range({ key })).keyValues[0]);
}

/** 0 for a key that does not exist, as etcd compares it. */
export function revisionOf(of: KeyValue | undefined): bigint {
  return of?.modRevision ?? 0n;
}

export function isWritten({ value }: Writing, now: KeyValue | undefined): boolean {
  if (value === null || now === undefined) return value === null && now === undefined;
  return Buffer.compare(now.value, value) === 0;
}

export function nameOf({ key }: Pick<Writing, 'key'>): string {
  return Buffer.from(key).toString('utf8');
}

/** The revision of the write, or null where the key has changed. Rejects with an `EtcdFault`. */
async function writeOnce(
  connection: EtcdConnection,
  { key, value, lease = 0n }: Writing,
  seen: bigint,
): Promise<bigint | null> {
  const { succeeded, header } = await connection.txn({
    compare: [{ key, target: Target.modRevision, modRevision: seen }],
    success: [value === null ? { deleteRange: { key } } : { put: { key, value, lease } }],
  });
  return succeeded ? (header?.revision ?? 0n) : null;
}

async function resolve(writing: Writing): Promise<KeyValue | undefined> {
  try {
    return await readKey(writing, RESOLVE_TOURS);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new StoreError(
      `whether ${nameOf(writing)} was written is not known: look with etcdctl get when etcd answers again; ${error.message}`,
      { cause: error },
    );
  }
}
