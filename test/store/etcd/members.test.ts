/** The etcd store on a cluster of three, of which some are dead or hang. */

import t from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { until } from '../../sandbox/until.js';
import { record } from '../recorder.js';
import { startCluster } from './cluster.js';
import { startRelay } from './relay.js';

function openStore(endpoints: readonly string[]) {
  return new EtcdStore({ endpoints, prefix: '/katod', node: 'web-1', deadline: 5_000, relist: 300_000 });
}

async function three() {
  const cluster = await startCluster();
  const [first, second, third] = cluster.members;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('not three members');
  return { cluster, first, second, third, endpoints: cluster.members.map(({ endpoint }) => endpoint) };
}

t.test('the connected member is killed: the next one is asked, and nothing is told', async (t) => {
  const { cluster } = await three();
  t.teardown(() => cluster.close());
  // With the leader gone there is no store for a moment, and that would be told.
  const { leader, follower } = await cluster.leadership();
  const store = openStore([follower.endpoint, leader.endpoint]);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  await follower.kill();
  await cluster.ctl(leader, 'put', '/katod/nodes/web-1/role', 'master');
  await told.becomes({ 'nodes/web-1/role': 'master' });
  t.same(
    told.readings.map((reading) => reading.ok),
    [true, true],
    'never as unreachable',
  );
  await leader.kill();
  await told.becomes(/^store unreachable: http:\S+, http:\S+ \(connection refused\): check/);
});

t.test('the connected member hangs: the next one is asked', async (t) => {
  const { cluster, first, second, endpoints } = await three();
  t.teardown(() => cluster.close());
  const store = openStore(endpoints);
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  first.pause();
  await until(
    'the others have a leader',
    async () => (await cluster.ctl(second, 'put', '/katod/nodes/web-1/role', 'master')) !== undefined,
    { within: 20_000 },
  );
  await told.becomes({ 'nodes/web-1/role': 'master' }, 20_000);
});

t.test('a member that hangs in the middle of a put does not write it a second time later', async (t) => {
  const { cluster } = await three();
  t.teardown(() => cluster.close());
  // What a leader that was deposed had still to do is dropped, but what lies with a follower is carried out.
  const { leader, follower } = await cluster.leadership();
  const relay = await startRelay(follower.port);
  t.teardown(() => relay.close());
  const store = openStore([relay.endpoint, leader.endpoint]);
  t.teardown(() => store.close());
  // The request lies in the stopped member's socket, and is carried out when it goes on.
  relay.beforeRequest('a-fresh-word', () => follower.pause());
  await store.put('nodes/web-1/role', 'a-fresh-word');
  t.equal(relay.trapped(), 1, 'it hung in the middle');
  follower.resume();
  await until(
    'the follower is back',
    async () => (await cluster.ctl(follower, 'endpoint', 'health')) !== undefined,
    {
      within: 20_000,
    },
  );
  // A write through that member comes after all that it had still to do.
  await cluster.ctl(follower, 'put', '/katod/after', 'x');
  const found = JSON.parse(await cluster.ctl(leader, 'get', '/katod/nodes/web-1/role', '--write-out=json'));
  t.equal(found.kvs[0].version, 1, 'written once');
});
