/** Where a member of etcd listens, as an endpoint of the settings says it. */

import { StoreError } from '../store.js';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Throws a `StoreError` on what is no endpoint. */
export function addressOf(endpoint: string): Address {
  const parts = /^(https?):\/\/(?:\[([^\]]+)\]|([^:/@]+))(?::(\d+))?\/?$/.exec(endpoint);
  const [, scheme, ip6, name, port] = parts ?? [];
  const host = ip6 ?? name;
  if (host === undefined) {
    throw new StoreError(`etcd endpoint ${endpoint}: write it as http://HOST:PORT or https://HOST:PORT`);
  }
  return { host, port: port === undefined ? 2379 : Number(port), tls: scheme === 'https' };
}
