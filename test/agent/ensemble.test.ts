/**
 * Three hosts form one ensemble of real ZooKeeper, a fourth that gets the role by mistake waits, and a change rolls through.
 * mesos-master is a stand-in.
 */
import t from 'tap';
import { type Agent, untilHealth } from '../sandbox/agent.js';
import { type ClusterHost, startHosts } from '../sandbox/hosts.js';
import { imageName } from '../sandbox/images.js';
import { until } from '../sandbox/until.js';
import { containers } from './node.js';
import { watchServing } from './serving.js';
import { startWriter } from './zookeeper-writer.js';

const cluster = await startHosts({ count: 4, images: ['zookeeper', 'stand-in'] });
t.teardown(() => cluster.close());
const { hosts, etcd } = cluster;
const [first, second, third, fourth] = hosts;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('not four hosts');
const three = [first, second, third];
const agents = new Map<string, Agent>();

async function start(host: ClusterHost): Promise<Agent> {
  const agent = await host.startAgent();
  agents.set(host.node, agent);
  t.teardown(() => {
    if (!t.passing()) t.comment(agent.output());
  });
  return agent;
}

function agentOf({ node }: ClusterHost): Agent {
  const agent = agents.get(node);
  if (agent === undefined) throw new Error(`no agent on ${node}`);
  return agent;
}

/** What ZooKeeper itself answers on a host. */
function ask({ host }: ClusterHost, word: string): Promise<string> {
  return host.docker('exec', 'katod-zookeeper', 'sh', '-c', `printf ${word} | nc 127.0.0.1 2181`);
}

const found = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? text;

const parameters = {
  'image.zookeeper': imageName('zookeeper'),
  'image.mesos-master': imageName('stand-in'),
  'expect.master': '3',
};
for (const [name, value] of Object.entries(parameters))
  await etcd.put(`/katod/cluster/params/${name}`, value);
await etcd.put('/katod/cluster/roles/master', 'zookeeper,mesos-master');
await etcd.put('/katod/cluster/components/zookeeper', 'env: { ZK_SERVER_HEAP: "128" }');
await Promise.all(three.map(start));

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
      { name: 'mesos-master', state: 'missing', doing: { what: 'wait', waits: 'ensemble' } },
      { name: 'zookeeper', state: 'missing', doing: { what: 'wait', waits: 'ensemble' } },
    ]);
    t.same(await containers(host.host), []);
  }
  t.same(await etcd.list('/katod/cluster/ensembles/'), {});
});

t.test('the third comes: one ensemble, with distinct ids and one leader', async (t) => {
  await etcd.put(`/katod/nodes/${second.node}/role`, 'master');
  for (const host of three)
    await untilHealth(agentOf(host), 'healthy', ({ status }) => status === 'healthy', { within: 120_000 });
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
  for (const host of three)
    await untilHealth(agentOf(host), 'healthy', ({ status }) => status === 'healthy', { within: 60_000 });
  t.same(await containers(fourth.host), []);
  t.same(await Promise.all(three.map(({ host }) => containers(host))), before, 'not one was touched');
  t.same(await etcd.list('/katod/cluster/'), keys, 'nothing was written');
});

t.test('a key of an ensemble that is deleted changes nothing, and is written back', async (t) => {
  const before = await Promise.all(three.map(({ host }) => containers(host)));
  await etcd.del('/katod/cluster/ensembles/zookeeper');
  const back = async () =>
    (await etcd.get('/katod/cluster/ensembles/zookeeper')) === '1=web-1,2=web-2,3=web-3';
  await until('it is written back', back, { within: 60_000 });
  for (const host of three)
    await untilHealth(agentOf(host), 'healthy', ({ status }) => status === 'healthy', { within: 60_000 });
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
  const heap = ({ host }: ClusterHost) =>
    host.docker('inspect', '--format', '{{.State.StartedAt}} {{.Config.Env}}', 'katod-zookeeper');
  await until(
    'all have it',
    async () => (await Promise.all(three.map(heap))).every((text) => text.includes('ZK_SERVER_HEAP=130')),
    { within: 240_000 },
  );
  for (const host of three)
    await untilHealth(agentOf(host), 'healthy', ({ status }) => status === 'healthy', { within: 120_000 });
  const { mostAway, looks } = await serving.stop();
  t.equal(mostAway, 1, `in ${looks} looks from outside`);
  const { acknowledged, lost } = await writer.stop();
  t.same(lost, [], `of ${acknowledged} writes`);
  const started = await Promise.all(three.map(heap));
  const last = started.indexOf([...started].sort().at(-1) ?? '');
  t.equal(modes[last], 'leader', 'the leader was the last');
});
