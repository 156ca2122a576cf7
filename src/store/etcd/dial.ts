/**
 * Makes sure that an endpoint accepts connections, and over TLS that both sides accept each other, before gRPC is let
 * at it, and gives gRPC credentials whose sockets can be destroyed. gRPC alone tells no stable cause and no cause at
 * all of TLS, and holds on for minutes to what hangs while connecting.
 */

import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { Address } from './address.js';
import { dialFault, EtcdFault, NO_ANSWER } from './fault.js';
import { distrust, tlsFault } from './tls-cause.js';
import type { TlsMaterial } from './tls-files.js';

export interface Dialled {
  readonly address: Address;
  /** Null: plaintext. */
  readonly tls: TlsMaterial | null;
}

/**
 * Resolves once a connection was accepted; rejects with an `EtcdFault` of kind `away`. `within` is the time for each of
 * its steps (TCP, TLS, HTTP/2), so that one who is slow is not taken for silent; milliseconds.
 */
export function dial({ address, tls }: Dialled, within: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (fault?: EtcdFault): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (fault === undefined) resolve();
      else reject(fault);
    };
    const socket = tls === null ? openPlain(address, settle) : openSecure(address, tls, settle);
    // The socket's own `signal` option leaves a listener behind for each connection.
    const abort = (): void => settle(new EtcdFault('away', 'given up'));
    const timer = setTimeout(() => settle(new EtcdFault('away', NO_ANSWER)), within);
    for (const step of ['connect', 'secureConnect']) socket.on(step, () => timer.refresh());
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

type Settle = (fault?: EtcdFault) => void;

function openPlain({ host, port }: Address, settle: Settle): Socket {
  const socket = connect({ host, port });
  socket.once('connect', () => settle());
  socket.on('error', (error) => settle(dialFault(error)));
  return socket;
}

/**
 * What an HTTP/2 client says first (RFC 9113, 3.4): the preface and empty settings. Whatever the member answers shows
 * that it has accepted our certificate, which with TLS 1.3 it judges only after the handshake.
 */
const GREETING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

function openSecure(address: Address, tls: TlsMaterial, settle: Settle): TLSSocket {
  const { host, port } = address;
  // Nothing is sent to one who is not to be trusted; it is only let finish so that its certificate can be looked at.
  const socket = tlsConnect({ ...optionsFor(address, tls), host, port, rejectUnauthorized: false });
  socket.once('secureConnect', () => {
    if (socket.authorized) socket.write(GREETING);
    else settle(distrust(host, socket, tls));
  });
  socket.once('data', () => settle());
  socket.on('error', (error) => settle(tlsFault(error, tls)));
  socket.once('close', () => settle(new EtcdFault('away', 'it closed the connection')));
  return socket;
}

/** Whether a member that cuts plaintext off does so because it wants TLS. Never rejects; `within` is milliseconds. */
export function speaksTls({ host, port }: Address, within: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = (): void => settle(false);
    const socket = tlsConnect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const timer = setTimeout(abort, within);
    signal.addEventListener('abort', abort);
    socket.once('secureConnect', () => settle(true));
    // An alert is TLS as well: it may refuse us for having no certificate.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(/^ERR_SSL_.*ALERT/.test(code ?? '')));
    socket.once('close', abort);
    if (signal.aborted) abort();
  });
}

function optionsFor({ host }: Address, { context }: TlsMaterial): ConnectionOptions {
  return {
    secureContext: context,
    ALPNProtocols: ['h2'],
    host,
    // An IP address is no name that may be asked for (RFC 6066); it is compared with the certificate all the same.
    servername: isIP(host) === 0 ? host : '',
  };
}

export interface Sockets {
  readonly credentials: ChannelCredentials;
  /** Ends what is connected, at once, and whatever connects later. */
  destroy(): void;
}

export function openSockets({ address, tls }: Dialled): Sockets {
  const base = tls === null ? credentials.createInsecure() : credentials.createFromSecureContext(tls.context);
  const open = new Set<Socket>();
  let destroyed = false;
  const create = base._createSecureConnector.bind(base);
  base._createSecureConnector = (...args) => {
    const connector = create(...args);
    return {
      connect: (socket) => {
        if (destroyed) socket.destroy();
        else open.add(socket.once('close', () => open.delete(socket)));
        return tls === null ? connector.connect(socket) : secured(socket, optionsFor(address, tls));
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  };
  return {
    credentials: base,
    destroy: () => {
      destroyed = true;
      for (const socket of open) socket.destroy();
    },
  };
}

function secured(socket: Socket, options: ConnectionOptions): Promise<{ socket: Socket; secure: boolean }> {
  return new Promise((resolve, reject) => {
    const over = tlsConnect({ ...options, socket }, () => resolve({ socket: over, secure: true }));
    over.on('error', reject);
    over.once('close', () => reject(new Error('closed')));
  });
}
