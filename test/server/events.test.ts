import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { EventRing } from '../../src/report/event-ring.js';
import { startServer } from '../../src/server/server.js';
import { until } from '../sandbox/until.js';
import { fakeView, logbook, names } from './fixture.js';

async function serve(t: Test) {
  const events = new EventRing({ date: () => new Date(0), mask: (text) => text });
  const view = fakeView({ events });
  const server = await startServer({ listen: '127.0.0.1:0', names, log: logbook().log, view });
  t.teardown(() => server.close());
  const port = Number(server.address.split(':')[1]);
  const ask = (path: string, more: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, more);
  return { events, server, port, ask };
}

const happened = (message: string) => ({ kind: 'agent', message }) as const;

/** Follows on a plain socket; `got` is all that has come. */
async function follow(port: number, more = ''): Promise<{ socket: Socket; got: () => string }> {
  const socket = connect({ host: '127.0.0.1', port });
  let got = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    got += text;
  });
  socket.on('error', () => socket.destroy());
  socket.write(`GET /v1/events?follow HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`);
  await until('the stream has begun', () => got.includes('retry: '), { within: 30_000 });
  return { socket, got: () => got };
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

t.test('the last events as JSON, newest last', async (t) => {
  const { events, ask } = await serve(t);
  t.same(await (await ask('/v1/events')).json(), []);
  events.add(happened('a'));
  events.add({ kind: 'exit', component: 'web', code: 1, message: 'b' });
  const answer = await ask('/v1/events');
  t.match(answer.headers.get('content-type'), /^application\/json/);
  t.same(await answer.json(), [
    { id: 0, time: '1970-01-01T00:00:00.000Z', kind: 'agent', message: 'a' },
    { id: 1, time: '1970-01-01T00:00:00.000Z', kind: 'exit', component: 'web', code: 1, message: 'b' },
  ]);
  for (const path of ['/v1/events?follow=false', '/v1/events?follow=0', '/v1/events?other']) {
    t.match((await ask(path)).headers.get('content-type'), /^application\/json/, path);
  }
  t.equal((await ask('/v1/events?follow', { method: 'HEAD' })).status, 200, 'HEAD ends');
  t.equal((await ask('/v1/events', { method: 'POST' })).status, 405);
});

t.test(
  '?follow streams what is there and then what happens, and goes on after the last one seen',
  async (t) => {
    const { events, port } = await serve(t);
    events.add(happened('a'));
    events.add(happened('b'));
    const first = await follow(port);
    events.add(happened('c'));
    await until('the third', () => first.got().includes('"c"'), { within: 30_000 });
    t.match(first.got(), /^HTTP\/1\.1 200 OK\r\n/);
    t.match(first.got(), /content-type: text\/event-stream; charset=utf-8\r\n/i);
    t.match(first.got(), /cache-control: no-store\r\n/i);
    t.match(first.got(), 'id: 2\ndata: {"kind":"agent","message":"c","id":2,');
    t.same(idsIn(first.got()), [0, 1, 2]);
    first.socket.destroy();
    await until('it is forgotten', () => events.followers() === 0, { within: 30_000 });
    events.add(happened('d'));

    const again = await follow(port, 'Last-Event-ID: 1\r\n');
    await until('what it has missed', () => idsIn(again.got()).length === 2, { within: 30_000 });
    t.same(idsIn(again.got()), [2, 3]);
    const odd = await follow(port, 'Last-Event-ID: latest\r\n');
    await until('all', () => idsIn(odd.got()).length === 4, { within: 30_000 });
    again.socket.destroy();
    odd.socket.destroy();
  },
);

t.test('one that does not read is cut off, and costs a bounded amount; the others go on', async (t) => {
  const { events, port } = await serve(t);
  const deaf = await follow(port);
  deaf.socket.pause();
  const good = await follow(port);
  const text = 'x'.repeat(10_000);
  // What the kernel takes for a connection differs; no more than this goes into it.
  for (let sent = 0; events.followers() === 2 && sent < 10_000; sent += 1) {
    events.add(happened(text));
    if (sent % 10 === 0) await new Promise(setImmediate);
  }
  t.equal(events.followers(), 1, 'cut off');
  events.add(happened('last'));
  await until('the other one has all', () => good.got().includes('"message":"last"'), { within: 60_000 });
  const ids = idsIn(good.got());
  t.same(ids, [...ids.keys()], 'without a gap');
  good.socket.destroy();
});

t.test('two hundred follow, one more is told so, and the end of the server ends them', async (t) => {
  const { events, server, port, ask } = await serve(t);
  const followers = await Promise.all(Array.from({ length: 200 }, () => follow(port)));
  const refused = await ask('/v1/events?follow');
  t.equal(refused.status, 503);
  t.match(refused.headers.get('content-type'), /^application\/problem\+json/);
  t.match(await refused.json(), { status: 503, detail: /200 clients follow/ });
  t.equal((await ask('/v1/events')).status, 200);
  t.equal((await ask('/livez')).status, 200);
  events.add(happened('to all'));
  await until('all have it', () => followers.every(({ got }) => got().includes('to all')), {
    within: 60_000,
  });
  followers[0]?.socket.destroy();
  await until('one has gone', () => events.followers() === 199, { within: 30_000 });
  const another = await follow(port);
  t.match(another.got(), 'to all');
  const closed = [another, ...followers.slice(1)].map(({ socket }) =>
    socket.closed ? Promise.resolve() : once(socket, 'close'),
  );
  await server.close();
  await Promise.all(closed);
  t.match(another.got(), /0\r\n\r\n$/, 'the answer is whole');
});

t.test('clients that only hold connections open keep nobody out', async (t) => {
  const { port, ask } = await serve(t);
  const held = Array.from({ length: 700 }, () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => socket.destroy());
    socket.write('GET /livez HTTP/1.1\r\nHo');
    return socket;
  });
  t.teardown(() => {
    for (const socket of held) socket.destroy();
  });
  const good = await follow(port);
  for (let at = 0; at < 20; at += 1) t.equal((await ask('/livez')).status, 200);
  t.notOk(good.socket.closed, 'one that is being answered is not taken for one of them');
  good.socket.destroy();
});
