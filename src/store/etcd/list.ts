/** Lists all keys of one node, at one revision. */

import type { Refused, Snapshot } from '../store.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import type { NodeKeys } from './keys.js';
import type { RangeResponse } from './messages.js';

export interface Listing {
  readonly connection: EtcdConnection;
  readonly keys: NodeKeys;
  /**
   * A part that is refused is named in the snapshot, and the others are listed, if there are any. Shared folders are so
   * in any case: the snapshot says which are in it.
   */
  readonly partly: boolean;
}

/** Rejects with an `EtcdFault`. */
export async function list({ connection, keys, partly }: Listing): Promise<Snapshot> {
  const entries = new Map<string, Uint8Array>();
  const refused: Refused[] = [];
  let refusal: EtcdFault | undefined;
  let header: RangeResponse['header'];
  for (const range of keys.ranges) {
    try {
      // The first range is of the newest revision (0), the others of the same one.
      const answer = await connection.range({ ...range, revision: header?.revision ?? 0n });
      header ??= answer.header;
      for (const { key, value } of answer.keyValues) entries.set(keys.short(key), value);
    } catch (error) {
      const prefix = keys.short(range.key);
      const optional = partly || keys.shared.some((folder) => folder === prefix);
      if (!optional || !(error instanceof EtcdFault) || error.matter !== 'permission') throw error;
      refusal ??= error;
      refused.push({
        prefix,
        why: `store refused: ${error.message}: ${error.remedy}`,
      });
    }
  }
  if (refusal !== undefined && refused.length === keys.ranges.length) throw refusal;
  if (header === undefined || header.revision === 0n)
    throw new EtcdFault('lost', 'the answer has no revision');
  const { revision, clusterId } = header;
  const shared = keys.shared.filter((folder) => !refused.some(({ prefix }) => prefix === folder));
  const snapshot = { revision: String(revision), clusterId: String(clusterId), entries, shared };
  return refused.length === 0 ? snapshot : { ...snapshot, refused };
}
