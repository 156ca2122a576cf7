/**
 * Keys that stand under one lease or not at all: created where there are none, and given up only where they are still
 * the lease's own.
 */
import { isWritten, readKey, revisionOf, type Writing, writeGuarded } from './guarded.js';
import type { KeyValue } from './messages.js';

interface Claiming extends Writing {
  readonly lease: bigint;
}

/**
 * Whether the key stands under the lease with that value. Taken over at the very revision that was judged, so that it is
 * never free in between. Rejects with a `StoreError`, also when the lease is gone.
 */
export async function claimKey(claiming: Claiming, isOwn: (value: string) => boolean): Promise<boolean> {
  const first = await writeGuarded(claiming, 0n);
  if (first.done || isClaimed(claiming, first.now)) return true;
  if (first.now === undefined || !isOwn(Buffer.from(first.now.value).toString('utf8'))) return false;
  const second = await writeGuarded(claiming, revisionOf(first.now));
  return second.done || isClaimed(claiming, second.now);
}

/** By an answer that was lost, or an earlier claim. */
function isClaimed(claiming: Claiming, now: KeyValue | undefined): boolean {
  return now?.lease === claiming.lease && isWritten(claiming, now);
}

/** Rejects with a `StoreError`. */
export async function giveUpKey({ cluster, key, lease }: Omit<Claiming, 'value'>): Promise<void> {
  const found = await readKey({ cluster, key }, 1);
  if (found?.lease !== lease) return;
  // Whoever has it by now did not have it from this lease.
  await writeGuarded({ cluster, key, value: null }, revisionOf(found));
}
