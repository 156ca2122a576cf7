/**
 * Keys that stand under one lease or not at all: created where there are none, and given up only where they are still
 * the lease's own.
 */
import { isWritten, readKey, revisionOf, type Writing, writeGuarded } from './guarded.js';

interface Claiming extends Writing {
  readonly lease: bigint;
}

/** Whether the key stands under the lease with that value. Rejects with a `StoreError`, also when the lease is gone. */
export async function claimKey(claiming: Claiming): Promise<boolean> {
  const outcome = await writeGuarded(claiming, 0n);
  if (outcome.done) return true;
  // By an answer that was lost, or an earlier claim.
  return outcome.now?.lease === claiming.lease && isWritten(claiming, outcome.now);
}

/** Rejects with a `StoreError`. */
export async function giveUpKey({ cluster, key, lease }: Omit<Claiming, 'value'>): Promise<void> {
  const found = await readKey({ cluster, key }, 1);
  if (found?.lease !== lease) return;
  // Whoever has it by now did not have it from this lease.
  await writeGuarded({ cluster, key, value: null }, revisionOf(found));
}
