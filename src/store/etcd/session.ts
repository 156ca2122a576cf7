/**
 * The session port on etcd: a lease that is had, kept alive and, when it was lost, had anew, with the keys under it.
 * All by the monotonic clock: a time of day that is set makes no lease older or younger.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, type Held, KEEP_ALIVES_PER_TTL, type Session } from '../session.js';
import { claimKey, giveUpKey } from './claims.js';
import { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import { HeldKeys } from './held-keys.js';
import { keepAlive } from './keep-alive.js';
import { grantLease, type Lease, renewed } from './lease.js';
import { Outage } from './outage.js';
import { Pace } from './pace.js';
import type { Cluster } from './tour.js';

export interface EtcdSessionOptions {
  readonly cluster: Cluster;
  /** A key as it is in etcd. */
  readonly full: (key: string) => Uint8Array;
  /** Milliseconds. */
  readonly ttl: number;
}

/** How soon what was refused is tried again; milliseconds. */
const REFUSED_AGAIN = 10_000;

export class EtcdSession implements Session {
  readonly #options: EtcdSessionOptions;
  readonly #keys: HeldKeys;
  readonly #pace: Pace;
  readonly #outage: Outage;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #lease: Lease | null = null;
  #connection: EtcdConnection | null = null;
  #problem: string | null = null;
  /** Ends the wait for something to write. */
  #wake = new AbortController();

  constructor(options: EtcdSessionOptions) {
    const { cluster, full } = options;
    this.#options = options;
    this.#keys = new HeldKeys(full);
    this.#pace = new Pace({ endpoints: cluster.endpoints.length, random: Math.random });
    this.#outage = new Outage({
      endpoints: cluster.endpoints,
      tell: (why) => {
        this.#problem = why;
      },
    });
    this.#done = this.#run();
  }

  hold(key: string, value: string): void {
    if (this.#keys.want(key, Buffer.from(value))) this.#wake.abort();
  }

  release(key: string): void {
    if (this.#keys.want(key, null)) this.#wake.abort();
  }

  held(): Held | null {
    const lease = this.#current();
    return lease === null ? null : { since: lease.since, until: lease.until };
  }

  stands(key: string): boolean {
    const lease = this.#current();
    return lease !== null && this.#keys.stands(key, lease.id);
  }

  async claim(key: string, value: string, isOwn = (_: string) => false): Promise<Claim> {
    const lease = this.#current();
    if (lease === null) return { ok: false };
    const { cluster, full } = this.#options;
    const claiming = { cluster, key: full(key), value: Buffer.from(value), lease: lease.id };
    const stands = await claimKey(claiming, isOwn);
    return stands && this.#current()?.id === lease.id ? { ok: true, since: lease.since } : { ok: false };
  }

  async giveUp(key: string): Promise<void> {
    const lease = this.#current();
    if (lease === null) return;
    const { cluster, full } = this.#options;
    await giveUpKey({ cluster, key: full(key), lease: lease.id });
  }

  problem(): string | null {
    const [refused] = this.#keys.refusals();
    if (this.#problem !== null || refused === undefined) return this.#problem;
    return `store refused: ${refused.message}: ${refused.remedy}`;
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#done;
    this.#closing.abort();
    this.#wake.abort();
    this.#outage.close();
    const [connection, lease] = [this.#connection, this.#lease];
    if (connection !== null && lease !== null) {
      // Where it fails the lease runs out by itself.
      await connection.revokeLease(lease.id).catch(onlyFaults);
    }
    this.#lease = null;
    connection?.close();
    await this.#done;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #current(): Lease | null {
    return this.#lease !== null && performance.now() < this.#lease.until ? this.#lease : null;
  }

  async #run(): Promise<void> {
    this.#outage.begin();
    for (;;) {
      for (const endpoint of this.#options.cluster.endpoints) {
        const { signal } = this.#closing;
        await sleep(this.#pace.next(), undefined, { signal }).catch(onlyAbort);
        if (this.#closed) return;
        await this.#attend(endpoint);
        if (this.#closed) return;
      }
    }
  }

  /** Until the connection or the lease fails. */
  async #attend(endpoint: string): Promise<void> {
    const { cluster, ttl } = this.#options;
    const ended = new AbortController();
    const stop = (): void => ended.abort();
    let works: number | undefined;
    this.#outage.trying(endpoint);
    this.#closing.signal.addEventListener('abort', stop);
    try {
      const { access, deadline } = cluster;
      const { signal } = this.#closing;
      const connection = await EtcdConnection.open({ endpoint, access, deadline, signal });
      if (this.#closed) {
        connection.close();
        return;
      }
      this.#connection = connection;
      const lease = this.#current() ?? (await grantLease(connection, ttl));
      this.#lease = lease;
      works = performance.now();
      this.#problem = null;
      this.#outage.over();
      // Apart from each other: a slow write must not cost the lease.
      await Promise.all([
        this.#keep(connection, lease, ended.signal),
        this.#write(connection, lease, ended.signal),
      ]);
    } catch (error) {
      if (!(error instanceof EtcdFault)) throw error;
      if (error.matter === 'no lease') this.#lease = null;
      if (this.#closed) return;
      this.#pace.failed({ refused: error.kind === 'refused' && error.matter !== 'no lease' });
      if (works !== undefined) {
        this.#outage.begin();
        this.#pace.ended(performance.now() - works);
      } else {
        this.#outage.failed(endpoint, error);
      }
    } finally {
      stop();
      this.#closing.signal.removeEventListener('abort', stop);
      // A close of the session gives the lease back on it first.
      if (!this.#closed) {
        this.#connection?.close();
        this.#connection = null;
      }
    }
  }

  #keep(connection: EtcdConnection, { id, ttl }: Lease, until: AbortSignal): Promise<void> {
    return keepAlive({
      connection,
      lease: id,
      // Nodes that have started together do not stay in step.
      interval: (ttl / KEEP_ALIVES_PER_TTL) * (0.9 + 0.1 * Math.random()),
      deadline: Math.min(this.#options.cluster.deadline, ttl / KEEP_ALIVES_PER_TTL),
      holds: () => this.#current()?.id === id,
      renewed: (asked, left) => {
        if (this.#lease?.id === id) this.#lease = renewed(this.#lease, asked, left);
      },
      until,
    });
  }

  async #write(connection: EtcdConnection, { id }: Lease, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      this.#wake = new AbortController();
      await this.#keys.settle(connection, id);
      const signal = AbortSignal.any([this.#wake.signal, until]);
      const again = this.#keys.refusals().length > 0 ? REFUSED_AGAIN : NEVER;
      await sleep(again, undefined, { signal }).catch(onlyAbort);
    }
  }
}

/** The longest that a timer waits, 24 days: then it looks again, and finds nothing to do. */
const NEVER = 2 ** 31 - 1;

function onlyAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

function onlyFaults(error: unknown): void {
  if (!(error instanceof EtcdFault)) throw error;
}
