/** A put is done once or not at all, whatever becomes of its answer. */

import t from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { StoreError } from '../../../src/store/store.js';
import { startEtcd } from '../../sandbox/etcd.js';
import { startRelay } from './relay.js';

const etcd = await startEtcd();
t.teardown(() => etcd.close());

function openStore(endpoint: string) {
  return new EtcdStore({
    endpoints: [endpoint],
    prefix: '/katod',
    node: 'web-1',
    deadline: 1_500,
    relist: 300_000,
  });
}

/** How often the key was written since it was created. */
async function timesWritten(key: string): Promise<number | undefined> {
  const found = JSON.parse(await etcd.ctl('get', `/katod/${key}`, '--write-out=json'));
  return found.kvs?.[0].version;
}

t.test('sets a key and changes it; the value it has is not written again', async (t) => {
  const store = openStore(etcd.endpoint);
  t.teardown(() => store.close());
  await store.put('nodes/web-1/role', 'master');
  t.equal(await etcd.get('/katod/nodes/web-1/role'), 'master');
  await store.put('nodes/web-1/role', 'edge');
  await store.put('nodes/web-1/role', 'edge');
  t.equal(await etcd.get('/katod/nodes/web-1/role'), 'edge');
  t.equal(await timesWritten('nodes/web-1/role'), 2);
});

for (const request of ['passes', 'is lost'] as const) {
  for (const link of ['cut', 'silent'] as const) {
    t.test(`the request ${request} and the link is ${link}: written once`, async (t) => {
      const key = `cluster/params/${request.replace(' ', '-')}-${link}`;
      const relay = await startRelay(etcd.port);
      t.teardown(() => relay.close());
      const store = openStore(relay.endpoint);
      t.teardown(() => store.close());
      relay.onRequest('a-fresh-word', { request, link });
      await store.put(key, 'a-fresh-word');
      t.equal(relay.trapped(), 1, 'the answer was lost');
      t.equal(await etcd.get(`/katod/${key}`), 'a-fresh-word');
      t.equal(await timesWritten(key), 1);
    });
  }
}

t.test('twenty that set one key at once all come through or say that they did not', async (t) => {
  const store = openStore(etcd.endpoint);
  t.teardown(() => store.close());
  const words = Array.from({ length: 20 }, (_, at) => `word-${at}`);
  const outcomes = await Promise.allSettled(words.map((word) => store.put('cluster/params/raced', word)));
  const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
  t.ok(done > 0);
  t.equal(await timesWritten('cluster/params/raced'), done, 'as often written as reported');
});

t.test('etcd away: rejects, and says where', async (t) => {
  const store = openStore('http://127.0.0.1:1');
  t.teardown(() => store.close());
  await t.rejects(store.put('nodes/web-1/role', 'x'), StoreError);
  await t.rejects(store.put('nodes/web-1/role', 'x'), {
    message:
      'store unreachable: http://127.0.0.1:1 (connection refused): check that etcd runs there and that this host can reach it',
  });
});

t.test('what etcd refuses is told in its words', async (t) => {
  const store = openStore(etcd.endpoint);
  t.teardown(() => store.close());
  await t.rejects(store.put('nodes/web-1/role', 'x'.repeat(1_700_000)), {
    message:
      /^store refused: http:\/\/127\.0\.0\.1:\d+ \(etcdserver: request is too large\): see what etcd's log/,
  });
});
