/** Writes on condition, on a real etcd: each done once or not at all, and told so, whatever becomes of its answer. */

import t, { type Test } from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { type Entry, StoreError } from '../../../src/store/store.js';
import { startEtcd } from '../../sandbox/etcd.js';
import { startRelay } from './relay.js';

const etcd = await startEtcd();
t.teardown(() => etcd.close());
t.beforeEach(() => etcd.del('/katod/', { prefix: true }));

function openStore(t: Test, endpoint = etcd.endpoint) {
  const store = new EtcdStore({
    endpoints: [endpoint],
    prefix: '/katod',
    node: 'web-1',
    deadline: 1_500,
    relist: 300_000,
  });
  t.teardown(() => store.close());
  return store;
}

interface Found {
  readonly mod_revision: number;
  readonly version: number;
}

async function found(key: string): Promise<Found | undefined> {
  return JSON.parse(await etcd.ctl('get', `/katod/${key}`, '--write-out=json')).kvs?.[0];
}

const text = (entry: Entry | null | undefined) =>
  entry === null || entry === undefined ? null : Buffer.from(entry.value).toString('utf8');

t.test('a key is created once, and who comes late learns what is there', async (t) => {
  const store = openStore(t);
  const words = Array.from({ length: 20 }, (_, at) => `id-${at}`);
  const outcomes = await Promise.all(words.map((word) => store.create('cluster/id', word)));
  const winners = words.filter((_, at) => outcomes[at]?.done);
  t.equal(winners.length, 1);
  const there = await etcd.get('/katod/cluster/id');
  t.equal(there, winners[0]);
  const at = await found('cluster/id');
  for (const { now } of outcomes) {
    t.match(now, { key: 'cluster/id', revision: String(at?.mod_revision) });
    t.equal(text(now), there);
  }
  t.equal(
    (await store.create('cluster/id', there ?? '')).done,
    false,
    'the same value is not the same writer',
  );
});

t.test('a key is replaced and deleted only as it was seen', async (t) => {
  const store = openStore(t);
  const { now: first } = await store.create('rolls/a', 'begun');
  const second = await store.putIf('rolls/a', 'ready', first?.revision ?? '');
  t.equal(second.done, true);
  t.equal(text(second.now), 'ready');
  const late = await store.putIf('rolls/a', 'failed', first?.revision ?? '');
  t.same([late.done, text(late.now), late.now?.revision], [false, 'ready', second.now?.revision]);
  const refused = await store.deleteIf('rolls/a', first?.revision ?? '');
  t.same([refused.done, text(refused.now)], [false, 'ready']);
  t.same(await store.deleteIf('rolls/a', second.now?.revision ?? ''), { done: true, now: null });
  t.equal(await found('rolls/a'), undefined);
  t.same(await store.deleteIf('rolls/a', second.now?.revision ?? ''), { done: false, now: null });
  t.same(await store.putIf('rolls/a', 'x', second.now?.revision ?? ''), { done: false, now: null });
});

t.test('a key is deleted, or was not there', async (t) => {
  const store = openStore(t);
  await etcd.put('/katod/members/web-9', '{}');
  t.equal(await store.delete('members/web-9'), true);
  t.equal(await store.delete('members/web-9'), false);
  t.same(await etcd.list('/katod/'), {});
});

t.test('a folder is listed, and nothing beside it', async (t) => {
  const store = openStore(t);
  t.same(await store.list('members/'), []);
  await etcd.put('/katod/members/web-2', 'two');
  await etcd.put('/katod/members/web-1', 'one');
  await etcd.put('/katod/membership', 'x');
  await etcd.put('/katod/status/web-1', 'x');
  const listed = await store.list('members/');
  t.same(
    listed.map((entry) => [entry.key, text(entry)]),
    [
      ['members/web-1', 'one'],
      ['members/web-2', 'two'],
    ],
  );
  t.equal(listed[0]?.revision, String((await found('members/web-1'))?.mod_revision));
});

for (const request of ['passes', 'is lost'] as const) {
  for (const link of ['cut', 'silent'] as const) {
    t.test(`the request ${request} and the link is ${link}: done once, and told so`, async (t) => {
      const relay = await startRelay(etcd.port);
      t.teardown(() => relay.close());
      const store = openStore(t, relay.endpoint);
      relay.onRequest('created-word', { request, link });
      const created = await store.create('slots/quorum/1', 'created-word');
      t.same([created.done, text(created.now)], [true, 'created-word']);
      t.equal((await found('slots/quorum/1'))?.version, 1);

      relay.onRequest('replaced-word', { request, link });
      const replaced = await store.putIf('slots/quorum/1', 'replaced-word', created.now?.revision ?? '');
      t.same([replaced.done, text(replaced.now)], [true, 'replaced-word']);
      t.equal((await found('slots/quorum/1'))?.version, 2);

      // A delete on condition reads nothing first: the request with the key is the delete.
      relay.onRequest('/katod/slots/quorum/1', { request, link });
      t.equal((await store.deleteIf('slots/quorum/1', replaced.now?.revision ?? '')).done, true);
      t.equal(await found('slots/quorum/1'), undefined);
      t.equal(relay.trapped(), 3, 'each answer was lost');
    });
  }
}

t.test('etcd away: each says so', async (t) => {
  const store = openStore(t, 'http://127.0.0.1:1');
  await t.rejects(store.create('cluster/id', 'x'), StoreError);
  await t.rejects(store.putIf('cluster/id', 'x', '1'), StoreError);
  await t.rejects(store.deleteIf('cluster/id', '1'), StoreError);
  await t.rejects(store.delete('cluster/id'), StoreError);
  await t.rejects(store.list('members/'), StoreError);
});
