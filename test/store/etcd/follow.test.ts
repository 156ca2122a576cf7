/** The etcd store when etcd, or the way to it, is sick. */

import { createServer } from 'node:net';
import t from 'tap';
import { openAccess } from '../../../src/store/etcd/access.js';
import { EtcdConnection } from '../../../src/store/etcd/connection.js';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { nodeKeys } from '../../../src/store/etcd/keys.js';
import { watch } from '../../../src/store/etcd/watch.js';
import { startEtcd } from '../../sandbox/etcd.js';
import { startProxy } from '../../sandbox/proxy.js';
import { until } from '../../sandbox/until.js';
import { record, textsOf } from '../recorder.js';
import { startRelay } from './relay.js';
import { startStandIn } from './stand-in.js';
import { openWriter } from './writer.js';

const minutes = 60_000;
const etcd = await startEtcd();
t.teardown(() => etcd.close());
const writer = await openWriter(etcd.endpoint);
t.teardown(() => writer.close());

function openStore(endpoint: string, relist = 5 * minutes) {
  return new EtcdStore({ endpoints: [endpoint], prefix: '/katod', node: 'web-1', deadline: 5_000, relist });
}

t.beforeEach(() => etcd.del('/katod/', { prefix: true }));

t.test('silence is told, and what was changed meanwhile is seen', async (t) => {
  const stopped = await startEtcd();
  t.teardown(() => stopped.close());
  const behind = await startEtcd();
  t.teardown(() => behind.close());
  const proxy = await startProxy({ target: { port: behind.port } });
  t.teardown(() => proxy.close());
  const silences = [
    {
      name: 'a member that hangs',
      member: stopped,
      endpoint: stopped.endpoint,
      begin: () => stopped.pause(),
      end: () => stopped.resume(),
    },
    {
      name: 'a way that swallows all and resets nothing',
      member: behind,
      endpoint: `http://127.0.0.1:${proxy.port}`,
      begin: () => proxy.pause(),
      end: () => proxy.resume(),
    },
  ];
  await Promise.all(
    silences.map(async ({ name, member, endpoint, begin, end }) => {
      await member.put('/katod/nodes/web-1/role', 'master');
      const store = openStore(endpoint);
      t.teardown(() => store.close());
      const told = record();
      store.follow(told.tell);
      await told.becomes({ 'nodes/web-1/role': 'master' });
      begin();
      await told.becomes(/^store unreachable: .* \(no answer\): check that/, 20_000);
      end();
      await member.put('/katod/nodes/web-1/role', 'edge');
      await told.becomes({ 'nodes/web-1/role': 'edge' }, 15_000);
      t.equal(told.readings.filter((reading) => !reading.ok).length, 1, `${name} is told once`);
    }),
  );
});

t.test('a store that is away is tried at a pace, however often a refresh is asked for', async (t) => {
  const proxy = await startProxy({ target: { port: etcd.port } });
  t.teardown(() => proxy.close());
  const store = openStore(`http://127.0.0.1:${proxy.port}`);
  t.teardown(() => store.close());
  const told = record();
  const following = store.follow(told.tell);
  await told.becomes({});
  const { port } = proxy;
  await proxy.cut();
  await told.becomes(/connection refused/);
  let tries = 0;
  const counter = createServer((socket) => {
    tries += 1;
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve) => counter.listen(port, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => counter.close(resolve)));
  const hurry = setInterval(() => following.refresh(), 10);
  t.teardown(() => clearInterval(hurry));
  const began = performance.now();
  await until('it was tried again and again', () => tries >= 18, { within: 30_000 });
  // Each try is three connections: whether somebody listens, the question, and whether it is for want of TLS.
  t.ok(performance.now() - began > (18 / 3 - 3) * 500, `18 connections took ${performance.now() - began} ms`);
  t.match(
    told.last(),
    /^store unreachable: http:\/\/127.0.0.1:\d+ \(the connection was cut, or is not etcd\)/,
  );
});

t.test('a history that was compacted away while cut off leads to a fresh list', async (t) => {
  const proxy = await startProxy({ target: { port: etcd.port } });
  t.teardown(() => proxy.close());
  const store = openStore(`http://127.0.0.1:${proxy.port}`);
  t.teardown(() => store.close());
  await etcd.put('/katod/nodes/web-1/role', 'master');
  await etcd.put('/katod/nodes/web-1/params/gone', 'x');
  const told = record();
  store.follow(told.tell);
  await told.becomes({ 'nodes/web-1/params/gone': 'x', 'nodes/web-1/role': 'master' });
  await proxy.cut();
  await etcd.del('/katod/nodes/web-1/params/gone');
  await etcd.put('/katod/nodes/web-1/role', 'edge');
  await etcd.compact();
  await proxy.restore();
  await told.becomes({ 'nodes/web-1/role': 'edge' });
});

t.test('a watch from a compacted revision ends with that cause', async (t) => {
  await etcd.put('/katod/nodes/web-1/role', 'master');
  await etcd.put('/katod/nodes/web-1/role', 'edge');
  await etcd.compact();
  const connection = await EtcdConnection.open({
    endpoint: etcd.endpoint,
    access: openAccess(),
    deadline: 5_000,
    signal: new AbortController().signal,
  });
  t.teardown(() => connection.close());
  const watched = watch({
    connection,
    keys: nodeKeys('/katod', 'web-1'),
    from: { revision: '1', clusterId: '1', entries: new Map() },
    changed: () => t.fail('there is nothing to tell'),
    until: new AbortController().signal,
  });
  await t.rejects(watched, { name: 'EtcdFault', message: 'the watch fell behind a compaction' });
});

t.test('6,000 changes behind and cut in the middle of catching up, nothing is lost', async (t) => {
  const relay = await startRelay(etcd.port);
  t.teardown(() => relay.close());
  for (const [round, bytes] of [2_000, 32_000, 180_000, 426_000].entries()) {
    await etcd.del('/katod/', { prefix: true });
    const changes = new Map(
      Array.from({ length: 6_000 }, (_, at) => [`cluster/params/p${at}`, `${round}:${at}:${'x'.repeat(40)}`]),
    );
    const store = openStore(relay.endpoint);
    t.teardown(() => store.close());
    const told = record();
    store.follow(told.tell);
    await told.becomes({});
    // The watch falls behind, gets some of it, is cut; so are the next lists.
    relay.hold();
    await writer.put(changes);
    const revisions = await writer.revisions();
    relay.releaseAndCut(bytes);
    await told.becomes(Object.fromEntries(changes), 30_000);
    for (const reading of told.readings) {
      if (!reading.ok) continue;
      const { revision, entries } = reading.snapshot;
      const there = [...revisions.values()].filter((at) => at <= BigInt(revision)).length;
      t.equal(entries.size, there, `what was told at revision ${revision} is whole`);
    }
    await store.close();
  }
});

t.test('cut again and again in the middle of the list, it goes on until it has all', async (t) => {
  const relay = await startRelay(etcd.port);
  t.teardown(() => relay.close());
  const changes = new Map(
    Array.from({ length: 6_000 }, (_, at) => [`cluster/params/p${at}`, `${at}:${'x'.repeat(40)}`]),
  );
  const store = openStore(relay.endpoint);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  relay.cutAfter([100, 2_000, 32_000, 180_000]);
  await writer.put(changes);
  await told.becomes(Object.fromEntries(changes), 60_000);
  t.equal(relay.cuts(), 4, 'it was cut four times');
});

t.test('a list is of one revision, while both of its ranges change all the time', async (t) => {
  const store = openStore(etcd.endpoint);
  t.teardown(() => store.close());
  let writing = true;
  const written = (async () => {
    for (let at = 0; writing; at += 1)
      await writer.putTogether(['cluster/params/x', 'nodes/web-1/params/x'], `${at}`);
    return 'done';
  })();
  await until('the first is there', async () => (await store.read()).entries.size === 2, { within: 30_000 });
  const seen = new Set<string>();
  for (let times = 0; times < 100; times += 1) {
    const { 'cluster/params/x': one = 'absent', 'nodes/web-1/params/x': other } = textsOf(await store.read());
    if (one !== other) t.fail(`${one} and ${other} in one list`);
    seen.add(one);
  }
  writing = false;
  t.equal(await written, 'done');
  t.ok(seen.size > 10, 'it changed all the time');
});

t.test('answers of more than 4 MB are read', async (t) => {
  const keys = new Map(
    Array.from({ length: 60 }, (_, at) => [`cluster/params/p${at}`, `${at}`.padEnd(100_000, 'x')]),
  );
  await writer.put(keys);
  const store = openStore(etcd.endpoint);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes(Object.fromEntries(keys), 20_000);
  t.equal((await store.read()).entries.size, 60);
});

t.test('a change that the watch never told is found by the next full list', async (t) => {
  const member = await startStandIn({ created: true, cancels: false });
  t.teardown(() => member.close());
  const store = openStore(member.endpoint, 500);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  member.set('/katod/nodes/web-1/role', 'master');
  await told.becomes({ 'nodes/web-1/role': 'master' });
  t.equal(member.seen().hasLeader, true, 'every call asks for a member that has a leader');
});

t.test('a watch that is never created is given up and told of', async (t) => {
  const member = await startStandIn({ created: false, cancels: false });
  t.teardown(() => member.close());
  const store = openStore(member.endpoint);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  // Nobody tells the change: only the list that follows the given-up watch can find it.
  member.set('/katod/nodes/web-1/role', 'master');
  await told.becomes({ 'nodes/web-1/role': 'master' }, 15_000);
});

t.test('a watch that is cancelled each time leads to fresh lists at a pace', async (t) => {
  const member = await startStandIn({ created: true, cancels: true });
  t.teardown(() => member.close());
  const store = openStore(member.endpoint);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  const began = performance.now();
  await until('it has listed again and again', () => member.seen().watches >= 6, { within: 30_000 });
  t.ok(performance.now() - began > 3 * 500, 'with waits');
  t.same(told.last(), {}, 'and stays readable');
});
