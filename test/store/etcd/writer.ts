/** Writes many keys to an etcd, each at a revision of its own; etcdctl would take minutes. */

import { openAccess } from '../../../src/store/etcd/access.js';
import { EtcdConnection } from '../../../src/store/etcd/connection.js';
import { nodeKeys } from '../../../src/store/etcd/keys.js';

export interface Writer {
  put(entries: ReadonlyMap<string, string>): Promise<void>;
  /** All of them in one transaction. */
  putTogether(keys: readonly string[], value: string): Promise<void>;
  /** The revision of the last change of each key of node `web-1` and the cluster. */
  revisions(): Promise<ReadonlyMap<string, bigint>>;
  close(): void;
}

const AT_ONCE = 100;

export async function openWriter(endpoint: string): Promise<Writer> {
  const connection = await EtcdConnection.open({
    endpoint,
    access: openAccess(),
    deadline: 30_000,
    signal: new AbortController().signal,
  });
  const keys = nodeKeys('/katod', 'web-1');
  return {
    async put(entries) {
      const left = [...entries];
      while (left.length > 0) {
        const batch = left.splice(0, AT_ONCE);
        await Promise.all(
          batch.map(([key, value]) =>
            connection.txn({ success: [{ put: { key: keys.full(key), value: Buffer.from(value) } }] }),
          ),
        );
      }
    },
    async putTogether(together, value) {
      await connection.txn({
        success: together.map((key) => ({ put: { key: keys.full(key), value: Buffer.from(value) } })),
      });
    },
    async revisions() {
      const found = new Map<string, bigint>();
      for (const range of keys.ranges) {
        for (const { key, modRevision } of (await connection.range(range)).keyValues) {
          found.set(keys.short(key), modRevision);
        }
      }
      return found;
    },
    close: () => connection.close(),
  };
}
