/** The store port on etcd v3. */

import { setMaxListeners } from 'node:events';
import { DEFAULT_TTL, type Session, type SessionOptions } from '../session.js';
import {
  type Entry,
  type Following,
  type FollowOptions,
  type Reading,
  type SharedFolder,
  type Snapshot,
  type Store,
  StoreError,
  type Written,
} from '../store.js';
import { Teller } from '../teller.js';
import { type Access, type CallEnded, openAccess } from './access.js';
import { addressOf } from './address.js';
import { EndpointOrder } from './endpoint-order.js';
import { EtcdFollowing } from './follow.js';
import type { Writing } from './guarded.js';
import { type NodeKeys, nodeKeys } from './keys.js';
import { list } from './list.js';
import type { User } from './login.js';
import { entryOf, put, putIf } from './put.js';
import { EtcdSession } from './session.js';
import type { TlsFiles } from './tls-files.js';
import { type Cluster, tour } from './tour.js';

export interface EtcdStoreOptions {
  /** `http://host:port` or `https://host:port`, tried in turn; at least one. */
  readonly endpoints: readonly string[];
  /** Without a trailing slash. */
  readonly prefix: string;
  readonly node: string;
  /** For `https://`. Default: the system's CAs, and no certificate of our own. */
  readonly tls?: TlsFiles;
  /** Default: none, or whom the client certificate names. */
  readonly user?: User | null;
  /** Default: nobody is told. */
  readonly onCall?: CallEnded;
  /** Of one call; milliseconds. */
  readonly deadline: number;
  /** Between two full lists; milliseconds. */
  readonly relist: number;
}

export class EtcdStore implements Store {
  readonly kind = 'etcd';
  readonly #options: EtcdStoreOptions;
  readonly #keys: NodeKeys;
  readonly #access: Access;
  readonly #closing = new AbortController();
  readonly #cluster: Cluster;
  readonly #open = new Set<Following | Session>();

  /** Connects to nothing yet. Throws a `StoreError` on an endpoint that is none. */
  constructor(options: EtcdStoreOptions) {
    if (options.endpoints.length === 0) throw new StoreError('no etcd endpoint: set etcd.endpoints');
    for (const endpoint of options.endpoints) addressOf(endpoint);
    this.#options = options;
    this.#keys = nodeKeys(options.prefix, options.node);
    const { endpoints, deadline, tls = {}, user = null, onCall = () => {} } = options;
    this.#access = openAccess({ files: tls, user, onCall });
    // Calls at the same time each listen for the close; they are not a leak.
    setMaxListeners(0, this.#closing.signal);
    const order = new EndpointOrder(endpoints);
    this.#cluster = { endpoints, order, deadline, access: this.#access, signal: this.#closing.signal };
  }

  follow(tell: (reading: Reading) => void, { partly = false }: FollowOptions = {}): Following {
    const { endpoints, deadline, relist } = this.#options;
    const teller = new Teller(tell);
    const following = new EtcdFollowing({
      endpoints,
      access: this.#access,
      keys: this.#keys,
      partly,
      teller,
      deadline,
      relist,
    });
    this.#open.add(following);
    return following;
  }

  openSession({ ttl = DEFAULT_TTL }: SessionOptions = {}): Session {
    const session = new EtcdSession({ cluster: this.#cluster, full: (key) => this.#keys.full(key), ttl });
    this.#open.add(session);
    return session;
  }

  read(shared: readonly SharedFolder[] = []): Promise<Snapshot> {
    const keys = this.#keys.sharing(shared);
    return tour(this.#cluster, 1, (connection) => list({ connection, keys, partly: false }));
  }

  async put(key: string, value: string): Promise<void> {
    await put(this.#writing(key, value));
  }

  create(key: string, value: string): Promise<Written> {
    return putIf(this.#writing(key, value), '0', key);
  }

  putIf(key: string, value: string, revision: string): Promise<Written> {
    return putIf(this.#writing(key, value), revision, key);
  }

  deleteIf(key: string, revision: string): Promise<Written> {
    return putIf(this.#writing(key, null), revision, key);
  }

  delete(key: string): Promise<boolean> {
    return put(this.#writing(key, null));
  }

  get(key: string): Promise<Entry | null> {
    return tour(this.#cluster, 1, async (connection) => {
      const [found] = (await connection.range({ key: this.#keys.full(key) })).keyValues;
      return found === undefined ? null : entryOf(found, key);
    });
  }

  list(folder: string): Promise<readonly Entry[]> {
    return tour(this.#cluster, 1, async (connection) => {
      const { keyValues } = await connection.range(this.#keys.below(folder));
      return keyValues.map((found) => entryOf(found, this.#keys.short(found.key)));
    });
  }

  #writing(key: string, value: string | null): Writing {
    return {
      cluster: this.#cluster,
      key: this.#keys.full(key),
      value: value === null ? null : Buffer.from(value),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#open].map((each) => each.close()));
  }
}
