/** A TCP proxy between a program and a real part, to cut, silence and restore their connection. */

import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A loopback port, or the path of a unix socket. */
type ProxyPoint = { readonly port: number } | { readonly path: string };

/** `up`: from the program to the part; `down`: back. */
type Direction = 'up' | 'down';

export interface Proxy {
  /** Port it listens on, or 0 with a unix socket. */
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Destroys all connections with a reset and refuses new ones. */
  cut(): Promise<void>;
  /** Listens again after a cut, at the same point. */
  restore(): Promise<void>;
  /**
   * A black hole: no byte passes and no connection is closed, and new connections are accepted in silence.
   * Both directions without an argument.
   */
  pause(direction?: Direction): void;
  /** Lets everything through again, what was held back first. */
  resume(): void;
  close(): Promise<void>;
}

export interface ProxyOptions {
  readonly target: ProxyPoint;
  /** Default a free loopback port. */
  readonly listen?: ProxyPoint;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export async function startProxy({ target, listen = { port: 0 } }: ProxyOptions): Promise<Proxy> {
  const pairs = new Set<Pair>();
  const silent = new Set<Direction>();
  let server: Server | undefined;
  let point = listen;

  const accept = (near: Socket) => {
    const point = 'path' in target ? target : { ...target, host: '127.0.0.1' };
    const far = createConnection({ ...point, allowHalfOpen: true });
    const pair = { near, far };
    pairs.add(pair);
    forward(near, far, 'up');
    forward(far, near, 'down');
    for (const socket of [near, far]) {
      // An error is followed by the close; nothing else is to be done about it.
      socket.on('error', () => {});
      socket.on('close', () => endIfBroken(pair));
    }
  };
  /** The end of one side is news too: in silence the other side must not get it. */
  const endIfBroken = (pair: Pair) => {
    if (silent.size > 0 || !(pair.near.destroyed || pair.far.destroyed)) return;
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };
  const forward = (from: Socket, to: Socket, direction: Direction) => {
    from.on('data', (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!silent.has(direction)) from.resume();
    });
    from.on('end', () => to.end());
    if (silent.has(direction)) from.pause();
  };
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const fresh = createServer({ allowHalfOpen: true }, accept);
      fresh.once('error', reject);
      fresh.listen('path' in point ? point : { ...point, host: '127.0.0.1' }, () => {
        const bound = fresh.address();
        if (bound !== null && typeof bound === 'object') point = { port: bound.port };
        server = fresh;
        resolve();
      });
    });
  const cut = async () => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
    for (const { near, far } of pairs) {
      if ('path' in point) near.destroy();
      else near.resetAndDestroy();
      far.destroy();
    }
    pairs.clear();
    await closed;
    if ('path' in point) rmSync(point.path, { force: true });
  };
  await open();
  return {
    get port() {
      return 'port' in point ? point.port : 0;
    },
    connections: () => pairs.size,
    cut,
    async restore() {
      if (server === undefined) await open();
    },
    pause(direction) {
      for (const one of direction === undefined ? (['up', 'down'] as const) : [direction]) silent.add(one);
      for (const { near, far } of pairs) {
        if (silent.has('up')) near.pause();
        if (silent.has('down')) far.pause();
      }
    },
    resume() {
      silent.clear();
      for (const pair of [...pairs]) {
        endIfBroken(pair);
        pair.near.resume();
        pair.far.resume();
      }
    },
    close: cut,
  };
}
