/** A TCP relay to etcd that loses what it is told to lose: answers after so many bytes, or those to one request. */

import { createConnection, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly endpoint: string;
  /** Cuts each of the next connections once this many bytes of answers went through it; then lets all through. */
  cutAfter(bytes: readonly number[]): void;
  /** Keeps back all answers on the connections there are now. */
  hold(): void;
  /** Lets so many bytes of what was kept back through, and cuts. */
  releaseAndCut(bytes: number): void;
  /** A request that contains the text goes through or is lost, and its connection is cut or goes silent; once. */
  onRequest(
    text: string,
    then: { readonly request: 'passes' | 'is lost'; readonly link: 'cut' | 'silent' },
  ): void;
  /** Does something just before a request that contains the text goes through, and nothing after half a second; once. */
  beforeRequest(text: string, effect: () => void): void;
  /** How many requests met what was laid out for them. */
  trapped(): number;
  /** How often a connection was cut. */
  cuts(): number;
  close(): Promise<void>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  held: Buffer[] | undefined;
  silent: boolean;
  /** Takes no more from the client, and keeps the connection to etcd open without it. */
  deaf: boolean;
  /** Bytes of answers left until the cut. */
  left: number;
}

export async function startRelay(port: number): Promise<Relay> {
  const links = new Set<Link>();
  let budgets: number[] = [];
  let trap: { text: string; spring: (link: Link, bytes: Buffer) => void } | undefined;
  let trapped = 0;
  let cuts = 0;

  const cut = (link: Link): void => {
    if (!links.delete(link)) return;
    cuts += 1;
    link.near.destroy();
    link.far.destroy();
  };
  const answer = (link: Link, bytes: Buffer): void => {
    if (link.silent) return;
    if (link.held !== undefined) {
      link.held.push(bytes);
      return;
    }
    link.near.write(bytes.subarray(0, link.left));
    link.left -= bytes.length;
    // After the bytes have gone out, or nothing would have been cut in the middle.
    if (link.left <= 0) link.near.write('', () => cut(link));
  };
  const request = (link: Link, bytes: Buffer): void => {
    if (link.deaf) return;
    if (trap === undefined || !bytes.includes(trap.text)) {
      link.far.write(bytes);
      return;
    }
    const { spring } = trap;
    trap = undefined;
    trapped += 1;
    spring(link, bytes);
  };

  const server = createServer((near) => {
    const far = createConnection({ port, host: '127.0.0.1' });
    const link: Link = {
      near,
      far,
      held: undefined,
      silent: false,
      deaf: false,
      left: Number.POSITIVE_INFINITY,
    };
    links.add(link);
    // A connection that asks nothing only looks whether somebody listens, and one that begins as TLS (22) whether
    // that is wanted: they take no budget.
    near.once('data', (bytes) => {
      if (bytes[0] !== 22) link.left = budgets.shift() ?? Number.POSITIVE_INFINITY;
    });
    near.on('data', (bytes) => request(link, bytes));
    far.on('data', (bytes) => answer(link, bytes));
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (link.deaf && socket === near) return;
        links.delete(link);
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port');

  return {
    endpoint: `http://127.0.0.1:${bound.port}`,
    cutAfter: (bytes) => {
      budgets = [...bytes];
      for (const link of links) cut(link);
      cuts = 0;
    },
    hold: () => {
      for (const link of links) link.held = [];
    },
    releaseAndCut: (bytes) => {
      for (const link of links) {
        if (link.held === undefined) continue;
        const kept = Buffer.concat(link.held);
        link.held = undefined;
        link.left = bytes;
        answer(link, kept);
      }
    },
    onRequest: (text, then) => {
      const spring = (link: Link, bytes: Buffer): void => {
        link.silent = true;
        if (then.request === 'passes') link.far.write(bytes);
        // etcd's answer shows that it has done what it was asked.
        if (then.link === 'cut' && then.request === 'passes') link.far.once('data', () => cut(link));
        else if (then.link === 'cut') cut(link);
      };
      trap = { text, spring };
    },
    beforeRequest: (text, effect) => {
      const spring = (link: Link, bytes: Buffer): void => {
        effect();
        link.far.write(bytes);
        // The end of the request may still be to come; its cancellation comes much later.
        setTimeout(() => {
          link.deaf = true;
        }, 500).unref();
      };
      trap = { text, spring };
    },
    trapped: () => trapped,
    cuts: () => cuts,
    close: () => {
      for (const link of links) cut(link);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
