/**
 * Makes sure that an endpoint accepts connections before gRPC is let at it, and gives gRPC credentials whose sockets
 * can be destroyed. gRPC alone tells no stable cause, and holds on for minutes to what hangs while connecting.
 */

import { connect, type Socket } from 'node:net';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { StoreError } from '../store.js';
import { dialFault, EtcdFault, NO_ANSWER } from './fault.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Throws a `StoreError` on what is no endpoint. */
export function addressOf(endpoint: string): Address {
  const parts = /^(https?):\/\/(?:\[([^\]]+)\]|([^:/@]+))(?::(\d+))?\/?$/.exec(endpoint);
  const [, scheme, ip6, name, port] = parts ?? [];
  const host = ip6 ?? name;
  if (host === undefined) {
    throw new StoreError(`etcd endpoint ${endpoint}: write it as http://HOST:PORT`);
  }
  if (scheme === 'https') {
    throw new StoreError(`etcd endpoint ${endpoint}: TLS is not supported by this version; write http://`);
  }
  return { host, port: port === undefined ? 2379 : Number(port) };
}

/** Resolves once a connection was accepted; rejects with an `EtcdFault` of kind `away`. `within` is milliseconds. */
export function dial({ host, port }: Address, within: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const settle = (fault?: EtcdFault): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (fault === undefined) resolve();
      else reject(fault);
    };
    // The socket's own `signal` option leaves a listener behind for each connection.
    const abort = (): void => settle(new EtcdFault('away', 'given up'));
    const timer = setTimeout(() => settle(new EtcdFault('away', NO_ANSWER)), within);
    signal.addEventListener('abort', abort);
    socket.once('connect', () => settle());
    socket.on('error', (error) => settle(dialFault(error)));
    if (signal.aborted) abort();
  });
}

export interface Sockets {
  readonly credentials: ChannelCredentials;
  /** Ends what is connected, at once, and whatever connects later. */
  destroy(): void;
}

/** Plaintext. */
export function openSockets(): Sockets {
  const plain = credentials.createInsecure();
  const open = new Set<Socket>();
  let destroyed = false;
  const create = plain._createSecureConnector.bind(plain);
  plain._createSecureConnector = (...args) => {
    const connector = create(...args);
    return {
      connect: (socket) => {
        if (destroyed) socket.destroy();
        else open.add(socket.once('close', () => open.delete(socket)));
        return connector.connect(socket);
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  };
  return {
    credentials: plain,
    destroy: () => {
      destroyed = true;
      for (const socket of open) socket.destroy();
    },
  };
}
