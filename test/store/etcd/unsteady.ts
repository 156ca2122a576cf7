/** A TCP relay to etcd that is slow, or cuts connections at random: before a request goes through, or after. */

import { createConnection, createServer, type Socket } from 'node:net';

export interface Unsteady {
  readonly endpoint: string;
  /** Each way, from now on; milliseconds. */
  delay(each: number): void;
  /** Of what clients send, this share from now on ends its connection: half of it unheard, half of it unanswered. */
  fail(share: number): void;
  /** How often it did. */
  failures(): number;
  close(): Promise<void>;
}

export async function startUnsteady(port: number): Promise<Unsteady> {
  const sockets = new Set<Socket>();
  const random = randomFrom(7);
  let wait = 0;
  let share = 0;
  let failures = 0;

  const pass = (bytes: Buffer, to: Socket): void => {
    // Timers of one length fire in the order they were set, so bytes stay in order.
    if (wait === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), wait);
  };
  const server = createServer((near) => {
    const far = createConnection({ port, host: '127.0.0.1' });
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on('data', (bytes) => {
      if (random() >= share) {
        pass(bytes, far);
        return;
      }
      failures += 1;
      if (random() < 0.5) cut();
      else {
        far.write(bytes);
        far.once('data', cut);
      }
    });
    far.on('data', (bytes) => pass(bytes, near));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port');
  return {
    endpoint: `http://127.0.0.1:${bound.port}`,
    delay: (each) => {
      wait = each;
    },
    fail: (of) => {
      share = of;
    },
    failures: () => failures,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The same numbers each time, so that a run can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
