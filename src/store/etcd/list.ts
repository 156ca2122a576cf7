/** Lists all keys of one node, at one revision. */

import type { Snapshot } from '../store.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import type { NodeKeys } from './keys.js';

/** Rejects with an `EtcdFault`. */
export async function list(connection: EtcdConnection, keys: NodeKeys): Promise<Snapshot> {
  const entries = new Map<string, Uint8Array>();
  let revision = 0n;
  for (const range of keys.ranges) {
    // The first range is of the newest revision (0), the second of the same one.
    const answer = await connection.range({ ...range, revision });
    revision ||= answer.header?.revision ?? 0n;
    if (revision === 0n) throw new EtcdFault('lost', 'the answer has no revision');
    for (const { key, value } of answer.keyValues) entries.set(keys.short(key), value);
  }
  return { revision: String(revision), entries };
}
