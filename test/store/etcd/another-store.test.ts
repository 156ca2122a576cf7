/** An etcd that is not the one it was: emptied, replaced, restored. Never swallowed. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import type { Snapshot } from '../../../src/store/store.js';
import { until } from '../../sandbox/until.js';
import { type Recorder, record } from '../recorder.js';
import { startSecured } from './secured.js';

async function followed(t: Test) {
  const etcd = await startSecured();
  t.teardown(() => etcd.close());
  await etcd.put('/katod/nodes/web-1/role', 'master');
  const store = new EtcdStore({
    ...{ endpoints: [etcd.endpoint], prefix: '/katod', node: 'web-1', tls: { ca: etcd.authority.ca } },
    ...{ deadline: 5_000, relist: 300_000 },
  });
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  return { etcd, told };
}

const snapshots = (told: Recorder): readonly Snapshot[] =>
  told.readings.flatMap((reading) => (reading.ok ? [reading.snapshot] : []));

t.test('the snapshot has etcd’s own cluster id, as etcdctl has it', async (t) => {
  const { etcd, told } = await followed(t);
  // As text, since it is too large for a number.
  const [, id] = /"cluster_id":(\d+)/.exec(await etcd.ctl('get', 'x', '--write-out=json')) ?? [];
  t.equal(snapshots(told)[0]?.clusterId, id);
});

t.test('emptied, it is told with a revision that went back', async (t) => {
  const { etcd, told } = await followed(t);
  await etcd.kill();
  await rm(join(etcd.folder, 'data'), { recursive: true });
  await etcd.start();
  await told.becomes({});
  const [before, after] = snapshots(told);
  t.ok(BigInt(after?.revision ?? 0) < BigInt(before?.revision ?? 0));
});

for (const id of ['the same', 'another'] as const) {
  t.test(`a backup with ${id} cluster id is restored: told with the same entries`, async (t) => {
    const { etcd, told } = await followed(t);
    const backup = join(etcd.folder, 'backup.db');
    await etcd.ctl('snapshot', 'save', backup);
    // Other nodes' keys: they move the revision, and are nothing to this node.
    for (let at = 0; at < 5; at += 1) await etcd.put('/katod/nodes/web-2/role', `${at}`);
    await etcd.put('/katod/nodes/web-1/role', 'edge');
    await etcd.put('/katod/nodes/web-1/role', 'master');
    await told.becomes({ 'nodes/web-1/role': 'master' });
    const newest = snapshots(told).at(-1);
    await etcd.kill();
    await etcd.restore(backup, id === 'the same' ? null : 'another-token');
    const before = snapshots(told).length;
    await etcd.start();
    await until('it is told', () => snapshots(told).length > before, { within: 20_000 });
    const restored = snapshots(told).at(-1);
    t.same([...(restored?.entries.keys() ?? [])], ['nodes/web-1/role']);
    t.ok(BigInt(restored?.revision ?? 0) < BigInt(newest?.revision ?? 0), 'the revision went back');
    t.equal(restored?.clusterId === newest?.clusterId, id === 'the same');
  });
}
