/** Many nodes and one etcd: a cluster begins, and its etcd is emptied, replaced, or restored under it. */
import { cpSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Etcd, startEtcd } from '../sandbox/etcd.js';
import { long } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { openWriter } from '../store/etcd/writer.js';
import { type FleetNode, openFleet } from './fleet.js';
import { IDLER, startHostAndEtcd } from './node.js';

const ALL = 'cron, work';
/** That start at once on a fresh cluster. */
const AGENTS = long ? 20 : 6;

/** How often the key was written since it was created; 0 where there is no such key. */
async function timesWritten(etcd: Etcd, key: string): Promise<number> {
  const answer = JSON.parse(await etcd.ctl('get', '--write-out=json', key));
  return Number(answer.kvs?.[0]?.version ?? 0);
}

t.test('a cluster', async (t) => {
  const { host, etcd } = await startHostAndEtcd(t);
  const start = openFleet(t, {
    host,
    components: { cron: IDLER, work: IDLER },
    roles: { all: ['cron', 'work'], one: ['cron'] },
  });
  const names = Array.from({ length: AGENTS }, (_, at) => `web-${at + 1}`);
  const few = new Set(names.slice(0, 3));
  let nodes: readonly FleetNode[] = [];

  await t.test('all start together: one writes the id, and none holds', async (t) => {
    // All see all that happens on the engine they share, so not each has a role.
    await Promise.all([...few].map((name) => etcd.put(`/katod/nodes/${name}/role`, 'all')));
    const all = await Promise.all(names.map((name) => start(name, { KATOD_ETCD: etcd.endpoint })));
    await Promise.all(
      all.map((node) =>
        few.has(node.name)
          ? node.untilRuns(ALL)
          : node.untilReport('no role', ({ status, store }) => status === 'unassigned' && store.reachable),
      ),
    );
    const id = (await etcd.get('/katod/cluster/id')) ?? '';
    t.match(id, /^[0-9a-f-]{36}$/);
    t.equal(await timesWritten(etcd, '/katod/cluster/id'), 1);
    for (const { name, agent } of all) {
      const lines = agent.logs();
      t.notOk(
        lines.some(({ msg }) => msg === 'store not followed'),
        `${name} never held`,
      );
      for (const line of lines.filter(({ msg }) => msg === 'cluster id'))
        t.equal(line.cluster, id, `${name} knows the one that is there`);
    }
    const labels = await host.docker('ps', '--format', '{{.Label "io.katod.cluster"}}');
    t.same(new Set(labels.split('\n')), new Set([id]), 'every container is of this cluster');
    t.equal(labels.split('\n').length, 6);
    await until(
      'every node is a member',
      async () => Object.keys(await etcd.list('/katod/members/')).length === names.length,
      { within: 60_000 },
    );
    // The rest needs three of them.
    nodes = all.filter(({ name }) => few.has(name));
    await Promise.all(all.filter((node) => !nodes.includes(node)).map(({ agent }) => agent.kill()));
  });

  /** All hold for this reason; what crashes heals; one word ends it on all of them, and not a second time. */
  const heldUntilTrusted = async (t: Test, why: RegExp): Promise<void> => {
    const before = await Promise.all(nodes.map((node) => node.containers()));
    const held = () =>
      Promise.all(
        nodes.map((node) => node.untilReport(`a hold: ${why}`, ({ hold }) => why.test(hold ?? ''))),
      );
    for (const report of await held()) t.match(report, { status: 'degraded', roles: ['all'] });
    await nodes[1]?.kill('work');
    await Promise.all(nodes.map((node) => node.untilRuns(ALL)));
    const after = await Promise.all(nodes.map((node) => node.containers()));
    t.same(ids(after), ids(before), 'the same containers');
    t.same(after[0], before[0], 'not even started again where nothing crashed');

    // Acted on once the store is trusted, and not before: what nobody follows does nothing.
    await Promise.all(nodes.map(({ name }) => etcd.put(`/katod/nodes/${name}/role`, 'one')));
    await held();
    t.same(ids(await Promise.all(nodes.map((node) => node.containers()))), ids(before));
    const [first] = nodes;
    t.equal((await first?.agent.katod(['trust-store', '--cluster']))?.code, 0);
    await Promise.all(nodes.map((node) => node.untilReport('no hold', ({ hold }) => hold === null)));
    await Promise.all(nodes.map((node) => node.untilRuns('cron')));
    await Promise.all(nodes.map(({ name }) => etcd.put(`/katod/nodes/${name}/role`, 'all')));
    await Promise.all(nodes.map((node) => node.untilRuns(ALL)));
  };

  await t.test('the prefix deleted', async (t) => {
    await etcd.del('/katod/', { prefix: true });
    await heldUntilTrusted(t, /has lost \/katod\/cluster\/id/);
    t.equal(await timesWritten(etcd, '/katod/cluster/id'), 1, 'a new id, written once');
  });

  await t.test('the word is used up: found in the store again, it ends no other hold', async (t) => {
    const word = (await etcd.get('/katod/cluster/trust')) ?? '';
    t.match(word, /:/);
    const id = (await etcd.get('/katod/cluster/id')) ?? '';
    await etcd.del('/katod/cluster/', { prefix: true });
    const holds = (why: RegExp) =>
      Promise.all(nodes.map((node) => node.untilReport('a hold', ({ hold }) => why.test(hold ?? ''))));
    await holds(/has lost/);
    await etcd.put('/katod/cluster/trust', word);
    // A reading with this id is later than one with the word.
    await etcd.put('/katod/cluster/id', 'theirs');
    await holds(/is theirs/);
    await etcd.put('/katod/cluster/id', id);
    await Promise.all(nodes.map((node) => node.untilReport('the right id', ({ hold }) => hold === null)));
    await Promise.all(nodes.map((node) => node.untilRuns(ALL)));
  });

  await t.test("another cluster's etcd in its place", async (t) => {
    const other = await startEtcd();
    t.teardown(() => other.close());
    await other.put('/katod/cluster/id', 'theirs');
    await other.put('/katod/cluster/trust', 'a-word-of-theirs');
    // Further on than this one: it is not the revision that tells.
    const revision = await etcd.revision();
    const writer = await openWriter(other.endpoint);
    await writer.put(new Map(Array.from({ length: revision }, (_, at) => [`elsewhere/${at}`, 'x'])));
    writer.close();
    await other.stop();
    await etcd.kill();
    rmSync(etcd.data, { recursive: true });
    cpSync(other.data, etcd.data, { recursive: true });
    await etcd.start();
    await heldUntilTrusted(t, /another cluster's: .* is theirs/);
    t.equal(await etcd.get('/katod/cluster/id'), 'theirs', 'it is theirs now');
  });

  await t.test("yesterday's backup, restored with another cluster id of etcd", async (t) => {
    const backup = join(host.folder, 'backup.db');
    await etcd.ctl('snapshot', 'save', backup);
    await etcd.put('/katod/nodes/web-1/params/word', 'after the backup');
    const revision = await etcd.revisionOf('/katod/nodes/web-1/params/word');
    const [first] = nodes;
    await first?.untilReport('the last word', ({ store }) => Number(store.revision) >= revision);
    await etcd.kill();
    await rm(etcd.data, { recursive: true });
    await etcd.ctl(
      ...['snapshot', 'restore', backup, '--data-dir', etcd.data, '--name', 'sandbox'],
      ...['--initial-cluster', 'sandbox=http://127.0.0.1:2380'],
      ...['--initial-advertise-peer-urls', 'http://127.0.0.1:2380'],
      ...['--initial-cluster-token', 'another'],
    );
    await etcd.start();
    await heldUntilTrusted(t, /went back in time|was made anew/);
  });
});

function ids(of: readonly (readonly { readonly id: string }[])[]): readonly string[] {
  return of.flat().map(({ id }) => id);
}
