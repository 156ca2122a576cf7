/**
 * Watches a node's keys from a list on, and keeps that list current. All that goes wrong with a watch ends it:
 * compaction, cancel, cut, silence. The one way on is a fresh list, which can't have a gap.
 */

import type { Snapshot } from '../store.js';
import type { EtcdConnection } from './connection.js';
import { EtcdFault, matterOf, NO_ANSWER } from './fault.js';
import type { NodeKeys } from './keys.js';
import { type Event, EventType, type WatchResponse } from './messages.js';

export interface Watching {
  readonly connection: EtcdConnection;
  readonly keys: NodeKeys;
  readonly from: Snapshot;
  readonly changed: (snapshot: Snapshot) => void;
  /** Ends the watch without a fault. */
  readonly until: AbortSignal;
}

/** etcd answers at once; a proxy or a member that hangs does not. Milliseconds. */
const CREATED_WITHIN = 5_000;

/**
 * Events that come within this time, in milliseconds, are told as one change: those of one transaction come as one
 * message for each range, and whoever catches up gets thousands.
 */
const SETTLE = 10;

/** Resolves when `until` is aborted; rejects with an `EtcdFault` when the watch has ended. */
export async function watch(watching: Watching): Promise<void> {
  await watchAs(await watching.connection.token(), watching);
}

function watchAs(token: string | null, { connection, keys, from, changed, until }: Watching): Promise<void> {
  // What may not be listed may not be watched, and etcd might end the other watch for it.
  const refused = new Set(from.refused?.map(({ prefix }) => prefix));
  const ranges = keys.ranges.filter(({ key }) => !refused.has(keys.short(key)));
  return new Promise((resolve, reject) => {
    const entries = new Map(from.entries);
    let revision = BigInt(from.revision);
    let created = 0;
    let settling: NodeJS.Timeout | undefined;

    const tell = (): void => {
      settling = undefined;
      changed({ ...from, revision: String(revision), entries: new Map(entries) });
    };
    const end = (fault?: EtcdFault): void => {
      clearTimeout(creating);
      until.removeEventListener('abort', stop);
      call.cancel();
      if (settling !== undefined) {
        clearTimeout(settling);
        tell();
      }
      if (fault === undefined) resolve();
      else reject(fault);
    };
    const stop = (): void => end();

    const apply = ({ type, keyValue }: Event): void => {
      if (keyValue === undefined) return;
      const key = keys.short(keyValue.key);
      if (type === EventType.delete) entries.delete(key);
      else entries.set(key, keyValue.value);
      // Of the event and not of the header, which has the store's revision even when events are still to come.
      if (keyValue.modRevision > revision) revision = keyValue.modRevision;
    };
    const answered = (response: WatchResponse): void => {
      if (response.canceled) {
        // A token that is refused is had anew by the list that follows; a permission that is missing is told by it.
        if (matterOf(response.cancelReason) === 'token') connection.refused(token);
        end(new EtcdFault('lost', cancelCause(response)));
        return;
      }
      if (response.created) {
        created += 1;
        if (created === ranges.length) clearTimeout(creating);
      }
      for (const event of response.events) apply(event);
      if (response.events.length > 0) settling ??= setTimeout(tell, SETTLE);
    };

    const call = connection.watch(token, { answered, ended: end });
    const creating = setTimeout(() => end(new EtcdFault('lost', NO_ANSWER)), CREATED_WITHIN);
    until.addEventListener('abort', stop);
    for (const range of ranges) call.send({ create: { ...range, startRevision: revision + 1n } });
    if (until.aborted) stop();
  });
}

function cancelCause({ compactRevision, cancelReason }: WatchResponse): string {
  if (compactRevision > 0n) return 'the watch fell behind a compaction';
  return cancelReason === '' ? 'the watch was cancelled' : cancelReason;
}
