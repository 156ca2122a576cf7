/** Asks one endpoint after the other until one answers. For reads only: whatever is asked may be asked twice. */

import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store.js';
import type { Access } from './access.js';
import { EtcdConnection } from './connection.js';
import type { EndpointOrder } from './endpoint-order.js';
import { EtcdFault, refusal, sentence } from './fault.js';
import { Pace } from './pace.js';

export interface Cluster {
  readonly access: Access;
  readonly endpoints: readonly string[];
  readonly order: EndpointOrder;
  /** Of one call; milliseconds. */
  readonly deadline: number;
  /** Gives up, and closes what is open. */
  readonly signal: AbortSignal;
}

/** Each endpoint is tried so often; the last answer or the last trouble counts. Rejects with a `StoreError`. */
export async function tour<T>(
  cluster: Cluster,
  times: number,
  ask: (connection: EtcdConnection) => Promise<T>,
): Promise<T> {
  const faults = new Map<string, EtcdFault>();
  const pace = new Pace({ endpoints: cluster.endpoints.length, random: Math.random });
  for (let time = 0; time < times; time += 1) {
    for (const endpoint of cluster.order.now()) {
      await sleep(pace.next());
      if (cluster.signal.aborted) throw closed();
      try {
        return await connected(cluster, endpoint, ask);
      } catch (error) {
        if (!(error instanceof EtcdFault)) throw error;
        if (error.kind === 'refused') throw refusal(endpoint, error);
        faults.set(endpoint, error);
      }
    }
  }
  if (cluster.signal.aborted) throw closed();
  throw new StoreError(sentence(faults));
}

/** Asks one endpoint, on a connection of its own. Rejects with an `EtcdFault`. */
export async function connected<T>(
  cluster: Cluster,
  endpoint: string,
  ask: (connection: EtcdConnection) => Promise<T>,
): Promise<T> {
  try {
    const answer = await asked(cluster, endpoint, ask);
    cluster.order.answered(endpoint);
    return answer;
  } catch (error) {
    // What refuses has answered.
    if (error instanceof EtcdFault && error.kind !== 'refused') cluster.order.failed(endpoint);
    throw error;
  }
}

async function asked<T>(
  { access, deadline, signal }: Cluster,
  endpoint: string,
  ask: (connection: EtcdConnection) => Promise<T>,
): Promise<T> {
  const connection = await EtcdConnection.open({ endpoint, access, deadline, signal });
  const close = (): void => connection.close();
  signal.addEventListener('abort', close);
  try {
    return await ask(connection);
  } finally {
    signal.removeEventListener('abort', close);
    connection.close();
  }
}

function closed(): StoreError {
  return new StoreError('store closed while it was asked');
}
