/** The keys that a session holds, and the one way to bring the store there: look, and write what differs. */

import type { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import { revisionOf } from './guarded.js';
import { type KeyValue, Target } from './messages.js';

interface HeldKey {
  /** Null: it is to be deleted, and then forgotten. */
  readonly value: Uint8Array | null;
  /** The lease under which the value was seen in the store or written there. */
  readonly stands: bigint | null;
  /** Why it could not be written, and not for want of a connection. */
  readonly refused: EtcdFault | null;
}

/** Others who write the same key get in the way, but not so often. */
const RACES = 3;

export class HeldKeys {
  readonly #keys = new Map<string, HeldKey>();
  readonly #full: (key: string) => Uint8Array;

  /** `full` gives a key as it is in etcd. */
  constructor(full: (key: string) => Uint8Array) {
    this.#full = full;
  }

  /** False: nothing has changed. */
  want(key: string, value: Uint8Array | null): boolean {
    const before = this.#keys.get(key)?.value;
    if (before !== undefined && isSame(before, value)) return false;
    this.#keys.set(key, { value, stands: null, refused: null });
    return true;
  }

  stands(key: string, lease: bigint): boolean {
    const held = this.#keys.get(key);
    return held !== undefined && held.value !== null && held.stands === lease;
  }

  refusals(): readonly EtcdFault[] {
    return [...this.#keys.values()].flatMap(({ refused }) => refused ?? []);
  }

  /**
   * Writes what does not stand under the lease. What is refused is noted, and the next key is seen to. Rejects with an
   * `EtcdFault` when the connection has failed or the lease is gone; what was begun is looked at again next time.
   */
  async settle(connection: EtcdConnection, lease: bigint): Promise<void> {
    for (const [key, held] of this.#keys) {
      if (held.value !== null && held.stands === lease) continue;
      const refused = await this.#settleKey({ connection, lease, key }, held);
      // Another value may have been asked for meanwhile; then there is another turn.
      if (this.#keys.get(key) !== held) continue;
      if (refused === null && held.value === null) this.#keys.delete(key);
      else this.#keys.set(key, { value: held.value, stands: refused === null ? lease : null, refused });
    }
  }

  async #settleKey({ connection, lease, key }: Settling, { value }: HeldKey): Promise<EtcdFault | null> {
    const full = this.#full(key);
    try {
      for (let race = 0; race < RACES; race += 1) {
        const found = (await connection.range({ key: full })).keyValues[0];
        if (isSettled(found, value, lease)) return null;
        const { succeeded } = await connection.txn({
          compare: [{ key: full, target: Target.modRevision, modRevision: revisionOf(found) }],
          success: [value === null ? { deleteRange: { key: full } } : { put: { key: full, value, lease } }],
        });
        if (succeeded) return null;
      }
      return new EtcdFault('refused', `somebody else keeps writing ${key}`, {
        remedy: 'see that no other agent has the name of this node',
      });
    } catch (error) {
      if (error instanceof EtcdFault && error.kind === 'refused' && error.matter !== 'no lease') return error;
      throw error;
    }
  }
}

interface Settling {
  readonly connection: EtcdConnection;
  readonly lease: bigint;
  readonly key: string;
}

function isSettled(found: KeyValue | undefined, value: Uint8Array | null, lease: bigint): boolean {
  if (value === null || found === undefined) return value === null && found === undefined;
  return found.lease === lease && isSame(found.value, value);
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return Buffer.compare(one, other) === 0;
}
