/** A lease of etcd, by the monotonic clock. */

import type { Held } from '../session.js';
import type { EtcdConnection } from './connection.js';

export interface Lease extends Held {
  readonly id: bigint;
  /** Milliseconds, as granted: etcd may give more than was asked for. */
  readonly ttl: number;
}

/** `ttl` is milliseconds, rounded up to seconds. Rejects with an `EtcdFault`. */
export async function grantLease(connection: EtcdConnection, ttl: number): Promise<Lease> {
  const asked = performance.now();
  const granted = await connection.grantLease({ ttl: BigInt(Math.ceil(ttl / 1_000)) });
  const given = Number(granted.ttl) * 1_000;
  // From when it was asked for: etcd counts from later on, so it does not run out earlier than this says.
  return { id: granted.id, ttl: given, since: performance.now(), until: asked + given };
}

/** An answer to a keep-alive that was sent at `asked` and gives the lease `left` milliseconds. */
export function renewed(lease: Lease, asked: number, left: number): Lease {
  return { ...lease, until: Math.max(lease.until, asked + left) };
}
