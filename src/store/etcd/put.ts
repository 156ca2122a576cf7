/**
 * Sets a key once. The write is a transaction guarded by the key's revision, so that a copy of it that is still under
 * way, in a member that hangs for instance, can't be carried out after all once another one was.
 */

import { StoreError } from '../store.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import { type KeyValue, Target } from './messages.js';
import { type Cluster, connected, refusal, tour } from './tour.js';

export interface Putting {
  readonly cluster: Cluster;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Tours of the endpoints, a few seconds each at most, to learn what came of a write. */
const RESOLVE_TOURS = 5;
/** Writers that set the same key at the same time get in each other's way, but not so often. */
const RACES = 5;

/** Writes nothing if the key has the value. Rejects with a `StoreError`. */
export async function put(putting: Putting): Promise<void> {
  for (let race = 0; race < RACES; race += 1) {
    const before = await read(putting, 1);
    if (hasValue(putting, before)) return;
    if ((await putAfter(putting, before)) === 'done') return;
  }
  throw new StoreError(`${name(putting)} was not set: others keep setting it at the same time: try again`);
}

async function putAfter(putting: Putting, before: KeyValue | undefined): Promise<'done' | 'overtaken'> {
  const { endpoints } = putting.cluster;
  let unsure = false;
  // The guard makes a second try harmless.
  for (const endpoint of [...endpoints, ...endpoints]) {
    try {
      const written = await connected(putting.cluster, endpoint, (at) => write(at, putting, before));
      if (written) return 'done';
    } catch (error) {
      if (!(error instanceof EtcdFault)) throw error;
      if (error.kind === 'refused') throw refusal(endpoint, error);
      if (error.kind === 'away') continue;
      unsure = true;
    }
    // Not written, or no answer: an earlier copy may have been carried out. The key itself tells.
    const after = await resolve(putting);
    if (hasValue(putting, after)) return 'done';
    if (revision(after) === revision(before)) continue;
    if (!unsure) return 'overtaken';
    throw new StoreError(
      `${name(putting)} was set by somebody else while etcd confirmed nothing, perhaps after it was set as asked: ` +
        'look with etcdctl get, and decide',
    );
  }
  throw new StoreError(
    `${name(putting)} was not set as far as can be told: no member confirmed it: ` +
      `look with etcdctl get, and try again (tried ${endpoints.join(', ')})`,
  );
}

async function resolve(putting: Putting): Promise<KeyValue | undefined> {
  try {
    return await read(putting, RESOLVE_TOURS);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new StoreError(
      `whether ${name(putting)} was set is not known: look with etcdctl get when etcd answers again; ${error.message}`,
      { cause: error },
    );
  }
}

function read({ cluster, key }: Putting, tours: number): Promise<KeyValue | undefined> {
  return tour(cluster, tours, async (connection) => (await connection.range({ key })).keyValues[0]);
}

async function write(
  connection: EtcdConnection,
  { key, value }: Putting,
  before: KeyValue | undefined,
): Promise<boolean> {
  const { succeeded } = await connection.txn({
    compare: [{ key, target: Target.modRevision, modRevision: revision(before) }],
    success: [{ put: { key, value } }],
  });
  return succeeded;
}

/** 0 for a key that does not exist, as etcd compares it. */
function revision(of: KeyValue | undefined): bigint {
  return of?.modRevision ?? 0n;
}

function hasValue({ value }: Putting, found: KeyValue | undefined): boolean {
  return found !== undefined && Buffer.compare(found.value, value) === 0;
}

function name({ key }: Putting): string {
  return Buffer.from(key).toString('utf8');
}
