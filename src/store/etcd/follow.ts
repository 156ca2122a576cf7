/** Follows a node's keys for ever: connect, list, watch; and on any trouble the same again, at the next endpoint. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Following, SharedFolder, Snapshot } from '../store.js';
import type { Teller } from '../teller.js';
import type { Access } from './access.js';
import { EtcdConnection } from './connection.js';
import { EtcdFault } from './fault.js';
import type { NodeKeys } from './keys.js';
import { list } from './list.js';
import { Outage } from './outage.js';
import { Pace } from './pace.js';
import { watch } from './watch.js';

export interface EtcdFollowingOptions {
  /** At least one. */
  readonly endpoints: readonly string[];
  readonly access: Access;
  readonly keys: NodeKeys;
  /** Goes on with the rest where a part is refused. */
  readonly partly: boolean;
  readonly teller: Teller;
  /** Of one call; milliseconds. */
  readonly deadline: number;
  /** Between two full lists; milliseconds. */
  readonly relist: number;
}

/** How soon a part that was refused is tried again, in milliseconds: one small question. */
const REFUSED_AGAIN = 10_000;

/** However often a refresh is asked for, a store that is away is not tried more often than this; milliseconds. */
const UNHURRIED = 500;

export class EtcdFollowing implements Following {
  readonly #options: EtcdFollowingOptions;
  readonly #pace: Pace;
  readonly #outage: Outage;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  /** Ends the present watch or wait, for a fresh list. */
  #interrupt = new AbortController();
  #connection: EtcdConnection | undefined;
  #keys: NodeKeys;

  constructor(options: EtcdFollowingOptions) {
    this.#options = options;
    this.#keys = options.keys;
    this.#pace = new Pace({ endpoints: options.endpoints.length, random: Math.random });
    this.#outage = new Outage({
      endpoints: options.endpoints,
      tell: (why) => options.teller.tell({ ok: false, why }),
    });
    this.#done = this.#run();
  }

  refresh(): void {
    this.#interrupt.abort();
  }

  share(folders: readonly SharedFolder[]): void {
    const wanted = [...new Set(folders)].sort();
    if (wanted.join() === this.#keys.shared.join()) return;
    this.#keys = this.#keys.sharing(wanted);
    this.refresh();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#interrupt.abort();
    this.#connection?.close();
    this.#options.teller.close();
    this.#outage.close();
    await this.#done;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    this.#outage.begin();
    for (const endpoint of forever(this.#options.endpoints)) {
      await this.#pause(this.#pace.next());
      if (this.#closed) return;
      await this.#attend(endpoint);
      if (this.#closed) return;
    }
  }

  /** Until the connection fails. */
  async #attend(endpoint: string): Promise<void> {
    this.#outage.trying(endpoint);
    let works: number | undefined;
    try {
      this.#connection = await EtcdConnection.open({
        endpoint,
        access: this.#options.access,
        deadline: this.#options.deadline,
        signal: this.#closing.signal,
      });
      while (!this.#closed) {
        await this.#listAndWatch(this.#connection, () => {
          works ??= performance.now();
          this.#outage.over();
        });
      }
    } catch (error) {
      if (!(error instanceof EtcdFault)) throw error;
      if (this.#closed) return;
      this.#pace.failed({ refused: error.kind === 'refused' });
      if (works !== undefined) {
        this.#outage.begin();
        this.#pace.ended(performance.now() - works);
      }
      // That a connection which worked was cut is nothing to tell, if the next one works; a refusal is.
      if (works === undefined || error.kind === 'refused') this.#outage.failed(endpoint, error);
    } finally {
      this.#connection?.close();
      this.#connection = undefined;
    }
  }

  /** Until it is time for a fresh list. */
  async #listAndWatch(connection: EtcdConnection, listed: () => void): Promise<void> {
    const { partly, teller, relist } = this.#options;
    const interrupt = this.#nextInterrupt();
    const keys = this.#keys;
    const from = await list({ connection, keys, partly });
    listed();
    const changed = (snapshot: Snapshot): void => teller.tell({ ok: true, snapshot });
    changed(from);
    const next = from.refused === undefined ? relist : Math.min(relist, REFUSED_AGAIN);
    const timer = setTimeout(() => interrupt.abort(), next * (0.9 + 0.2 * Math.random()));
    try {
      await watch({ connection, keys, from, changed, until: interrupt.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  async #pause(wait: number): Promise<void> {
    const { signal } = this.#closing;
    await sleep(Math.min(wait, UNHURRIED), undefined, { signal }).catch(onlyAbort);
    const interrupt = this.#nextInterrupt();
    if (wait > UNHURRIED) {
      await sleep(wait - UNHURRIED, undefined, { signal: interrupt.signal }).catch(onlyAbort);
    }
  }

  #nextInterrupt(): AbortController {
    this.#interrupt = new AbortController();
    if (this.#closed) this.#interrupt.abort();
    return this.#interrupt;
  }
}

function* forever<T>(items: readonly T[]): Generator<T> {
  for (;;) yield* items;
}

function onlyAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
