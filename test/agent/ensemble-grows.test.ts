/** An ensemble of real ZooKeeper that grows from three to five, loses one, and gets another in its place: minutes long. */
import t from 'tap';
import { type Agent, untilHealth } from '../sandbox/agent.js';
import { type ClusterHost, startHosts } from '../sandbox/hosts.js';
import { imageName } from '../sandbox/images.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';

const WITHIN = { within: 400_000 };

t.test('an ensemble of five', inTheLongRun, async (t) => {
  const cluster = await startHosts({ count: 6, images: ['zookeeper'] });
  t.teardown(() => cluster.close());
  const { hosts, etcd } = cluster;
  const agents = new Map<string, Agent>();
  const agentOf = ({ node }: Pick<ClusterHost, 'node'>): Agent => {
    const agent = agents.get(node);
    if (agent === undefined) throw new Error(`no agent on ${node}`);
    return agent;
  };
  t.teardown(() => {
    if (!t.passing()) for (const agent of agents.values()) t.comment(agent.output());
  });
  const start = async (host: ClusterHost) => {
    agents.set(host.node, await host.startAgent());
    await etcd.put(`/katod/nodes/${host.node}/role`, 'master');
  };
  const ask = ({ host }: ClusterHost, word: string) =>
    host.docker('exec', 'katod-zookeeper', 'sh', '-c', `printf ${word} | nc 127.0.0.1 2181`);
  const ensemble = () => etcd.get('/katod/cluster/ensembles/zookeeper');

  /** Until ZooKeeper itself says on each that it is whole: its number, one leader, all of the others in step. */
  const untilWhole = async (members: readonly (readonly [number, ClusterHost])[]) => {
    for (const [, host] of members)
      await untilHealth(
        agentOf(host),
        `${host.node} healthy`,
        ({ status, slots }) => status === 'healthy' && slots.length === 0,
        WITHIN,
      );
    const whole = async () => {
      const told = await Promise.all(members.map(([, host]) => ask(host, 'mntr')));
      const leaders = told.filter((text) => text.includes('zk_server_state\tleader'));
      const followers = /zk_synced_followers\t(\d+)/.exec(leaders.join('\n'))?.[1];
      return leaders.length === 1 && followers === String(members.length - 1);
    };
    await until('one leader, and all in step', whole, WITHIN);
    const ids = await Promise.all(
      members.map(async ([, host]) => Number(/^serverId=(\d+)$/m.exec(await ask(host, 'conf'))?.[1])),
    );
    t.same(
      ids,
      members.map(([number]) => number),
      'each has its number',
    );
  };
  const change = async (...words: readonly string[]) => {
    const [first] = hosts;
    if (first === undefined) throw new Error('there are hosts');
    const asked = async () => {
      const { code, stderr } = await agentOf(first).katod(['ensemble', 'zookeeper', ...words]);
      if (code !== 0) throw new Error(stderr);
      return true as const;
    };
    await until(`ensemble zookeeper ${words.join(' ')}`, asked, WITHIN);
  };

  const parameters = { 'image.zookeeper': imageName('zookeeper'), 'expect.master': '3' };
  for (const [name, value] of Object.entries(parameters))
    await etcd.put(`/katod/cluster/params/${name}`, value);
  await etcd.put('/katod/cluster/roles/master', 'zookeeper');
  await etcd.put('/katod/cluster/components/zookeeper', 'env: { ZK_SERVER_HEAP: "128" }');
  const numbered = hosts.map((host, index) => [index + 1, host] as const);
  const [, , , fourth, fifth, sixth] = hosts;
  if (fourth === undefined || fifth === undefined || sixth === undefined) throw new Error('not six hosts');
  await Promise.all(hosts.slice(0, 3).map(start));
  await untilWhole(numbered.slice(0, 3));

  for (const [count, host] of [
    [4, fourth],
    [5, fifth],
  ] as const) {
    await start(host);
    await change('add', host.node);
    await untilWhole(numbered.slice(0, count));
  }

  await agentOf(fourth).kill();
  await fourth.host.docker('kill', 'katod-zookeeper');
  await until('its lease is gone', async () => (await etcd.get('/katod/status/web-4')) === undefined, WITHIN);
  await change('remove', 'web-4');
  t.equal(await ensemble(), '1=web-1,2=web-2,3=web-3,5=web-5');
  await untilWhole(numbered.slice(0, 5).filter(([, host]) => host !== fourth));

  await start(sixth);
  await change('add', 'web-6');
  t.equal(await ensemble(), '1=web-1,2=web-2,3=web-3,4=web-6,5=web-5', 'the lowest number that nobody has');
  await untilWhole([...numbered.filter(([number]) => number <= 5 && number !== 4), [4, sixth]]);
});
