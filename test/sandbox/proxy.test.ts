/** The faulty wire: what a program sees through it is what a cut cable, a dead router and a good day look like. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import t from 'tap';
import { startProxy } from './proxy.js';
import { until } from './until.js';

const within = { within: 5000 };

/** A server that sends back what it gets, behind a proxy, and a client's view of it. */
async function wire(t: { teardown(cleanup: () => Promise<void>): void }) {
  const server = { received: '' };
  const listener = createServer((socket) => {
    socket.on('error', () => {}).pipe(socket);
    socket.on('data', (bytes) => {
      server.received += bytes;
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const proxy = await startProxy({ target: { port: (listener.address() as AddressInfo).port } });
  const sockets: Socket[] = [];
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await proxy.close();
    listener.close();
  });
  const connect = () => {
    const seen = { text: '', error: '', closed: false };
    const socket = createConnection(proxy.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('data', (bytes) => {
      seen.text += bytes;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.error = error.code ?? error.message;
    });
    socket.on('close', () => {
      seen.closed = true;
    });
    return { seen, send: (text: string) => socket.write(text) };
  };
  return { proxy, server, connect };
}

t.test('a cut resets connections and refuses new ones until it is restored at the same port', async (t) => {
  const { proxy, connect } = await wire(t);
  const first = connect();
  first.send('a');
  await until('the echo comes back', () => first.seen.text === 'a', within);
  const { port } = proxy;
  await proxy.cut();
  await until('the connection is reset', () => first.seen.closed, within);
  t.equal(first.seen.error, 'ECONNRESET');
  const second = connect();
  await until('a new one is refused', () => second.seen.closed, within);
  t.equal(second.seen.error, 'ECONNREFUSED');
  await proxy.restore();
  t.equal(proxy.port, port);
  const third = connect();
  third.send('b');
  await until('the echo comes back', () => third.seen.text === 'b', within);
});

t.test('a pause is a black hole, and what was held back comes after it', async (t) => {
  const { proxy, connect } = await wire(t);
  const old = connect();
  old.send('a');
  await until('the echo comes back', () => old.seen.text === 'a', within);
  proxy.pause();
  const fresh = connect();
  old.send('b');
  fresh.send('c');
  await until('the new connection is accepted', () => proxy.connections() === 2, within);
  t.same(
    [old.seen, fresh.seen].map(({ text, closed }) => `${text} ${closed}`),
    ['a false', ' false'],
  );
  proxy.resume();
  await until('all has arrived', () => old.seen.text === 'ab' && fresh.seen.text === 'c', within);
});

t.test('one direction alone can be silenced', async (t) => {
  const { proxy, server, connect } = await wire(t);
  const client = connect();
  client.send('a');
  await until('the echo comes back', () => client.seen.text === 'a', within);
  proxy.pause('down');
  client.send('b');
  await until('the server has got it', () => server.received === 'ab', within);
  t.equal(client.seen.text, 'a', 'while its answer is held back');
  proxy.resume();
  await until('the answer comes after the silence', () => client.seen.text === 'ab', within);
});

t.test('a condition that stays false is reported with what was seen last', async (t) => {
  await t.rejects(
    until('pigs fly', () => 0, { within: 60 }),
    { message: 'not within 60 ms: pigs fly; last seen: 0' },
  );
  const failing = until('it rains', () => Promise.reject(new Error('a drought')), { within: 60 });
  await t.rejects(failing, { message: 'not within 60 ms: it rains; last seen: a drought' });
  t.equal(await until('at once', () => 'yes', { within: 0 }), 'yes');
});
