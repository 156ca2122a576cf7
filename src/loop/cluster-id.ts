/** The cluster's id in the store: written once, by whoever is first. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Store } from '../store/store.js';
import { messageOf } from './outcome.js';

/** Resolves with the id that is in the store afterwards; null where it could not be written, which is logged. */
export async function createClusterId(store: Pick<Store, 'create'>, log: Logger): Promise<string | null> {
  try {
    const { now } = await store.create('cluster/id', randomUUID());
    const id = now === null ? null : new TextDecoder().decode(now.value).trim();
    log.info({ cluster: id }, 'cluster id');
    return id;
  } catch (error) {
    log.warn({ problem: messageOf(error) }, 'cluster id not written');
    return null;
  }
}
