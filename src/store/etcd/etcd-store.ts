/** The store port on etcd v3. */

import { setMaxListeners } from 'node:events';
import { type Following, type Reading, type Snapshot, type Store, StoreError } from '../store.js';
import { Teller } from '../teller.js';
import { addressOf } from './dial.js';
import { EtcdFollowing } from './follow.js';
import { type NodeKeys, nodeKeys } from './keys.js';
import { list } from './list.js';
import { put } from './put.js';
import { type Cluster, tour } from './tour.js';

export interface EtcdStoreOptions {
  /** `http://host:port`, tried in turn; at least one. */
  readonly endpoints: readonly string[];
  /** Without a trailing slash. */
  readonly prefix: string;
  readonly node: string;
  /** Of one call; milliseconds. */
  readonly deadline: number;
  /** Between two full lists; milliseconds. */
  readonly relist: number;
}

export class EtcdStore implements Store {
  readonly kind = 'etcd';
  readonly #options: EtcdStoreOptions;
  readonly #keys: NodeKeys;
  readonly #closing = new AbortController();
  readonly #cluster: Cluster;
  readonly #followings = new Set<Following>();

  /** Connects to nothing yet. Throws a `StoreError` on an endpoint that is none. */
  constructor(options: EtcdStoreOptions) {
    if (options.endpoints.length === 0) throw new StoreError('no etcd endpoint: set etcd.endpoints');
    for (const endpoint of options.endpoints) addressOf(endpoint);
    this.#options = options;
    this.#keys = nodeKeys(options.prefix, options.node);
    const { endpoints, deadline } = options;
    // Calls at the same time each listen for the close; they are not a leak.
    setMaxListeners(0, this.#closing.signal);
    this.#cluster = { endpoints, deadline, signal: this.#closing.signal };
  }

  follow(tell: (reading: Reading) => void): Following {
    const { endpoints, deadline, relist } = this.#options;
    const teller = new Teller(tell);
    const following = new EtcdFollowing({ endpoints, keys: this.#keys, teller, deadline, relist });
    this.#followings.add(following);
    return following;
  }

  read(): Promise<Snapshot> {
    return tour(this.#cluster, 1, (connection) => list(connection, this.#keys));
  }

  put(key: string, value: string): Promise<void> {
    return put({ cluster: this.#cluster, key: this.#keys.full(key), value: Buffer.from(value) });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#followings].map((following) => following.close()));
  }
}
