/**
 * Three hosts form one ensemble of real ZooKeeper, a fourth that gets the role by mistake waits, and changes roll through.
 * mesos-master and marathon are stand-ins, which elect by that ZooKeeper.
 */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import type { ClusterHost } from '../sandbox/hosts.js';
import { imageName } from '../sandbox/images.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { askZooKeeper as ask, fetchFrom, found, openMasters } from './masters.js';
import { containers, inWords } from './node.js';
import { watchServing } from './serving.js';
import { startWriter } from './zookeeper-writer.js';

const { hosts, etcd, start, agentOf, inspect, untilWell } = await openMasters(t, {
  count: 4,
  components: ['zookeeper', 'mesos-master', 'marathon'],
  cluster: { 'components/zookeeper': 'env: { ZK_SERVER_HEAP: "128" }' },
});
const [first, second, third, fourth] = hosts;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('not four hosts');
const three = [first, second, third];
await Promise.all(three.map(start));

/** What every master says of itself. */
async function metrics(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return Promise.all(three.map(async (host) => JSON.parse(await fetchFrom(host, '5050/metrics/snapshot'))));
}

/** Whom every marathon takes for the leader. */
async function marathonLeaders(): Promise<readonly string[]> {
  return Promise.all(three.map(async (host) => JSON.parse(await fetchFrom(host, '8080/v2/leader')).leader));
}

/** The index of the one that was started last; each text begins with its time. */
function lastOf(started: readonly string[]): number {
  return started.indexOf([...started].sort().at(-1) ?? '');
}

t.test('two of three: nothing of the ensemble starts', async (t) => {
  for (const { node } of [third, first]) await etcd.put(`/katod/nodes/${node}/role`, 'master');
  for (const host of [third, first]) {
    const report = await untilHealth(
      agentOf(host),
      'it knows of both, and waits',
      ({ reasons }) => reasons.some((reason) => reason.includes('2 of 3 nodes with role master are known')),
      { within: 60_000 },
    );
    t.equal(report.status, 'converging');
    t.match(report.components, [
      { name: 'marathon', state: 'missing' },
      { name: 'mesos-master', state: 'missing', doing: { what: 'wait', waits: 'ensemble' } },
      { name: 'zookeeper', state: 'missing', doing: { what: 'wait', waits: 'ensemble' } },
    ]);
    t.same(await containers(host.host), []);
  }
  t.same(await etcd.list('/katod/cluster/ensembles/'), {});
});

t.test(
  'the third comes with the data of another member: it is blocked, and the two serve without it',
  async (t) => {
    const { host, node } = second;
    const volume = ['--volume', 'katod-zookeeper-data:/data', '--entrypoint', 'sh', imageName('zookeeper')];
    await host.docker('run', '--rm', ...volume, '-c', 'echo 9 > /data/myid');
    await etcd.put(`/katod/nodes/${node}/role`, 'master');
    for (const other of [first, third])
      await untilHealth(
        agentOf(other),
        'zookeeper is ready',
        ({ components }) => components.some(({ name, health }) => name === 'zookeeper' && health === 'ready'),
        { within: 120_000 },
      );
    const report = await untilHealth(
      agentOf(second),
      'zookeeper is blocked',
      ({ components }) => components.some(({ name, state }) => name === 'zookeeper' && state === 'blocked'),
      { within: 60_000 },
    );
    const [reason = ''] = report.reasons.filter((each) => each.startsWith('zookeeper'));
    t.match(
      reason,
      /the data in volume katod-zookeeper-data is that of member 9 \(\/data\/myid\), and this node is member 2 of/,
    );
    t.equal(await host.docker('inspect', '--format', '{{.State.Status}}', 'katod-zookeeper'), 'created');
    const before = await inspect([first, third], 'zookeeper', '{{.Id}} {{.State.StartedAt}}');
    const remedy =
      /if this data is not needed any more, (katod pause .* katod resume)$/.exec(reason)?.[1] ?? '';
    t.comment(remedy);
    for (const command of remedy.split(' && ')) {
      const [program, ...words] = command.split(' ');
      if (program === 'katod') t.equal((await agentOf(second).katod(words)).code, 0, command);
      else await host.docker(...words);
    }
    await untilWell(three);
    t.same(
      await inspect([first, third], 'zookeeper', '{{.Id}} {{.State.StartedAt}}'),
      before,
      'the others were left alone',
    );
  },
);

t.test('one ensemble, with distinct ids and one leader', async (t) => {
  const text = '1=web-1,2=web-2,3=web-3';
  t.same(await etcd.list('/katod/cluster/ensembles/'), {
    '/katod/cluster/ensembles/mesos-master': text,
    '/katod/cluster/ensembles/zookeeper': text,
  });
  const ids = await Promise.all(
    three.map(async (host) => found(await ask(host, 'conf'), /^serverId=(\d+)$/m)),
  );
  t.same(ids, ['1', '2', '3']);
  const modes = await Promise.all(
    three.map(async (host) => found(await ask(host, 'srvr'), /^Mode: (\w+)$/m)),
  );
  t.same([...modes].sort(), ['follower', 'follower', 'leader']);
  const leader = three[modes.indexOf('leader')] ?? first;
  await until(
    'the leader says that both follow',
    async () => found(await ask(leader, 'mntr'), /^zk_synced_followers\t(\d+)/m) === '2',
    { within: 60_000 },
  );
  const leaders = await until(
    'its agent knows the leader',
    async () => {
      const reports = await Promise.all(three.map((host) => agentOf(host).health()));
      const leads = reports.map(
        ({ components }) => components.find(({ name }) => name === 'zookeeper')?.leader,
      );
      return leads.every((it) => typeof it === 'boolean') && leads.includes(true) ? leads : null;
    },
    { within: 60_000 },
  );
  t.same(
    leaders,
    modes.map((mode) => mode === 'leader'),
  );
  const zk = 'zk://10.123.0.11:2181,10.123.0.12:2181,10.123.0.13:2181/mesos';
  for (const { host } of three) {
    const flags = await host.docker('inspect', '--format', '{{join .Config.Cmd " "}}', 'katod-mesos-master');
    t.match(flags, `--zk=${zk} --quorum=2 `);
  }
  await t.test('masters and marathons have one leader each', async (t) => {
    const masters = await metrics();
    t.same(masters.map((each) => each['master/elected']).sort(), [0, 0, 1]);
    t.same(
      masters.map((each) => [each['registrar/log/recovered'], each['registrar/log/ensemble_size']]),
      [1, 2, 3].map(() => [1, 3]),
    );
    t.equal(new Set(await marathonLeaders()).size, 1);
  });
  const definitions = await Promise.all(
    three.map(({ host }) =>
      host.docker('inspect', '--format', '{{index .Config.Labels "io.katod.definition"}}', 'katod-zookeeper'),
    ),
  );
  t.equal(new Set(definitions).size, 1, 'the definition is the same on all');
});

t.test('a fourth host gets the role by mistake: it waits, and nobody else changes', async (t) => {
  const before = await Promise.all(three.map(({ host }) => containers(host)));
  const keys = await etcd.list('/katod/cluster/');
  const agent = await start(fourth);
  await etcd.put(`/katod/nodes/${fourth.node}/role`, 'master');
  const report = await untilHealth(
    agent,
    'it waits and says what to do',
    ({ reasons }) =>
      reasons.some((reason) =>
        reason.includes(
          'zookeeper: waits for ensemble: web-4 is no member of ensemble zookeeper (1=web-1,2=web-2,3=web-3): ' +
            'katod ensemble zookeeper add web-4, or',
        ),
      ),
    { within: 60_000 },
  );
  t.equal(report.status, 'degraded');
  await until(
    'the others know of it',
    async () => (await etcd.get('/katod/members/web-4'))?.includes('master'),
    {
      within: 60_000,
    },
  );
  await untilWell(three);
  t.equal(await inWords(fourth.host), 'katod-marathon created', 'it waits for the others');
  t.same(await Promise.all(three.map(({ host }) => containers(host))), before, 'not one was touched');
  t.same(await etcd.list('/katod/cluster/'), keys, 'nothing was written');
});

t.test('a key of an ensemble that is deleted changes nothing, and is written back', async (t) => {
  const before = await Promise.all(three.map(({ host }) => containers(host)));
  await etcd.del('/katod/cluster/ensembles/zookeeper');
  const back = async () =>
    (await etcd.get('/katod/cluster/ensembles/zookeeper')) === '1=web-1,2=web-2,3=web-3';
  await until('it is written back', back, { within: 60_000 });
  await untilWell(three);
  t.same(await Promise.all(three.map(({ host }) => containers(host))), before);
});

t.test('a change of zookeeper rolls through: one away at most, the leader last, no write lost', async (t) => {
  const modeOf = async (host: ClusterHost) => found(await ask(host, 'srvr'), /^Mode: (\w+)$/m);
  const modes = await Promise.all(three.map(modeOf));
  const writer = await startWriter(
    t,
    fourth,
    three.map(({ host }) => host.address),
  );
  const serving = watchServing(three, 2181);
  await etcd.put('/katod/cluster/components/zookeeper', 'env: { ZK_SERVER_HEAP: "130" }');
  const have = () => inspect(three, 'zookeeper', '{{.State.StartedAt}} {{.Config.Env}}');
  await until(
    'all have it',
    async () => (await have()).every((text) => text.includes('ZK_SERVER_HEAP=130')),
    { within: 240_000 },
  );
  await untilWell(three);
  const { mostAway, looks } = await serving.stop();
  t.equal(mostAway, 1, `in ${looks} looks from outside`);
  const { acknowledged, lost } = await writer.stop();
  t.same(lost, [], `of ${acknowledged} writes`);
  t.equal(modes[lastOf(await have())], 'leader', 'the leader was the last');
});

t.test('changes of mesos-master and marathon roll through, the leaders last', inTheLongRun, async (t) => {
  const master = (await metrics()).findIndex((each) => each['master/elected'] === 1);
  const [marathon] = await marathonLeaders();
  const serving = [watchServing(three, 5050), watchServing(three, 8080)];
  await etcd.put('/katod/cluster/params/mesos.cluster', 'another');
  await etcd.put('/katod/cluster/params/flags.marathon', '--max_apps 100');
  const have = (component: string) => inspect(three, component, '{{.State.StartedAt}} {{.Config.Cmd}}');
  const all = async (component: string, word: string) =>
    (await have(component)).every((text) => text.includes(word));
  await until('all masters have it', () => all('mesos-master', '--cluster=another'), { within: 240_000 });
  await until('all marathons have it', () => all('marathon', '--max_apps 100'), { within: 240_000 });
  await untilWell(three);
  for (const { mostAway, looks } of await Promise.all(serving.map((each) => each.stop())))
    t.equal(mostAway, 1, `in ${looks} looks from outside`);
  t.equal(lastOf(await have('mesos-master')), master, 'the leading master was the last');
  const { address } = three[lastOf(await have('marathon'))]?.host ?? {};
  t.equal(`${address}:8080`, marathon, 'the leading marathon was the last');
  const elected = async () => (await metrics()).filter((each) => each['master/elected'] === 1).length === 1;
  await until('another master leads', elected, { within: 60_000 });
});
