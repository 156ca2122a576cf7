/**
 * The stacks of the systems that katod takes the place of, all roles on one host: they settle beside each other, come
 * back with their data after a crash of the agent and of the engine, and change no more than a parameter asks for.
 */
import t, { type Test } from 'tap';
import { inTheLongRun, long } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { startStackNode } from './stack-node.js';

const node = await startStackNode(t);
const { host, etcd, agent } = node;
const HERE = host.address;
const VIP = '10.123.0.100';
/** The stack with all of these roles, settled; returns the components' containers. */
async function bringUp(stack: string, roles: string, names: readonly string[]) {
  await etcd.put('/katod/nodes/web-1/role', 'none');
  await etcd.put('/katod/cluster/stack', stack);
  await etcd.put('/katod/nodes/web-1/role', roles);
  const report = await node.settled(names);
  return { report, ids: await node.ids() };
}

/** Nothing is made anew, whoever dies, and what was kept is there. */
async function survives(t: Test, names: readonly string[]) {
  const [ids, marks] = [await node.ids(), node.marks()];
  await agent.kill();
  await agent.start();
  await node.settled(names);
  t.strictSame(await node.ids(), ids, 'the agent: every container is the one that it was');
  await host.daemon.kill();
  await host.daemon.start();
  await node.settled(names);
  t.strictSame(await node.ids(), ids, 'the engine: likewise, started again');
  t.strictSame(node.marks(), marks, 'with their data');
}

/** The first reason of the report that says so. */
function untilReason(why: RegExp): Promise<string> {
  const told = async () => (await agent.health()).reasons.find((reason) => why.test(reason));
  return until(`a reason like ${why}`, told, { within: 30_000 });
}

/** By the command, which writes nothing, and by the agent, for which what was in force stays so. */
async function refusesRole(t: Test, roles: string, why: RegExp) {
  const [key, ids] = ['/katod/nodes/web-1/role', await node.ids()];
  const before = await etcd.get(key);
  const { code, stderr } = await agent.katod(['role', 'web-1', roles]);
  t.equal(code, 2);
  t.match(stderr, why);
  t.equal(await etcd.get(key), before, 'it is not written');
  await etcd.put(key, roles);
  t.match(await untilReason(why), /stays in force/);
  t.strictSame(await node.ids(), ids);
  await etcd.put(key, before ?? 'none');
}

/** After a change of parameters: the components that are new, gone, or in another container than before. */
async function changedBy(values: Readonly<Record<string, string | null>>, names: readonly string[]) {
  const before = await node.ids();
  const seen = await etcd.revision();
  await node.params(values);
  await until('the change is seen', async () => Number((await agent.health()).store.revision) > seen, {
    within: 30_000,
  });
  await node.settled(names);
  const after = await node.ids();
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .sort();
}

/** What `address:port…` comes to, each with the address in front. */
function at(address: string, ...ports: readonly (number | string)[]): readonly string[] {
  return ports.map((port) => `${address}:${port}`);
}

t.test('kato: quorum, master, worker and border on one host', async (t) => {
  const names = [
    ...['zookeeper', 'zookeeper-exporter', 'cadvisor', 'node-exporter', 'mesos-master', 'mesos-dns'],
    ...['marathon', 'mesos-master-exporter', 'prometheus', 'dnsmasq', 'mesos-agent', 'marathon-lb-int'],
    ...['marathon-lb-ext', 'mesos-agent-exporter', 'haproxy-exporter', 'mongodb', 'pritunl'],
  ];
  await node.params({ 'expect.quorum': '1', 'expect.master': '1' });
  const { report } = await bringUp('kato', 'quorum,master,worker,border', names);
  t.same(
    report.components.filter(({ leader }) => leader).map(({ name }) => name),
    ['marathon', 'mesos-master', 'zookeeper'],
  );
  t.strictSame(
    await node.listeners(),
    [
      ...at(HERE, 53, '53/udp', 54, '54/udp', 80, 443, 1443, 2181, 4194, 5050, 5051, 7080, 7090, 7091, 7443),
      ...at(HERE, 8080, 9090, 9091, 9101, 9102, 9103, 9104, 9105, 9191, 9292),
      ...at('127.0.0.1', 9756, 18080, 27017),
    ].sort(),
  );
  const leader = await host.exec(['dig', '+short', `@${HERE}`, 'leader.mesos']);
  t.equal(leader.stdout.trim(), HERE, 'dnsmasq asks the mesos-dns beside it');
  t.strictSame(Object.keys(node.marks()), [
    'mesos-master-work',
    'mongodb-config',
    'mongodb-data',
    'pritunl-data',
    'prometheus-data',
  ]);
  if (long) await survives(t, names);

  await t.test('what can not be beside it is refused with both names, and what runs is kept', async (t) => {
    const ids = await node.ids();
    await node.params({ 'pritunl.port': '443' });
    const why = /pritunl and marathon-lb-ext both need port 443\/tcp of this host/;
    t.match(await untilReason(why), /move one of them/);
    t.match((await agent.katod(['render', 'pritunl'])).stderr, why);
    await node.params({ 'pritunl.port': null });
    await node.settled(names);
    t.strictSame(await node.ids(), ids);
  });

  await t.test('a role of another stack', (t) =>
    refusesRole(t, 'slave', /no role "slave"; its roles are quorum, .*; "slave" is a role of stacks core, /),
  );
});

t.test('panteras: a standalone node, and what parameters change on it', inTheLongRun, async (t) => {
  const all = [
    ...['consul-server', 'zookeeper', 'mesos-master', 'marathon', 'chronos', 'mesos-agent', 'registrator'],
    ...['consul-haproxy', 'dnsmasq'],
  ];
  await bringUp('panteras', 'standalone', all);
  t.strictSame(
    await node.listeners(),
    [
      ...at(HERE, 53, '53/udp', 80, 81, 2181, 4400, 4401, 5050, 5051, 8080, 8300, 8301, '8301/udp', 8302),
      ...at(HERE, '8302/udp', 8500, 8503, 8600, '8600/udp', 9292),
      ...at('127.0.0.1', 18080),
    ].sort(),
  );
  await survives(t, all);
  const marks = node.marks();

  await t.test('vip: keepalived holds it, and the load balancer serves on it', async (t) => {
    const withVip = [...all, 'keepalived'];
    t.strictSame(await changedBy({ vip: VIP }, withVip), ['consul-haproxy', 'keepalived']);
    const held = async () =>
      (await host.exec(['ip', '-brief', 'address', 'show', 'eth0'])).stdout.includes(VIP);
    await until('the address is on the interface', held, { within: 30_000 });
    const leads = async () =>
      (await agent.health()).components.find(({ name }) => name === 'keepalived')?.leader;
    await until('the report says who holds it', leads, { within: 30_000 });
    const { stdout } = await host.exec(['curl', '-so', '/dev/null', '-w', '%{http_code}', `http://${VIP}/`]);
    t.equal(stdout, '503', 'HAProxy itself, which knows of no service');
    t.strictSame(await changedBy({ vip: null }, all), ['consul-haproxy', 'keepalived']);
    t.notOk(await held(), 'it has been given up');
  });
  await t.test('domains: of Consul and of the cluster', async (t) => {
    const changed = await changedBy({ 'consul.domain': 'cloudnil.com', domain: 'cell.example' }, all);
    t.strictSame(changed, ['consul-haproxy', 'consul-server', 'dnsmasq']);
    const asked = async (name: string) =>
      (await host.exec(['dig', '+short', `@${HERE}`, name])).stdout.trim();
    t.equal(await asked('web.service.cloudnil.com'), HERE, 'the load balancer here');
  });

  await t.test('a registry: images that name none', async (t) => {
    const image = 'hashicorp/consul:1.22.1';
    await host.docker('tag', image, `registry.example/panteras/${image}`);
    t.strictSame(await changedBy({ registry: 'registry.example/panteras' }, all), ['consul-server']);
    t.match(
      await host.docker('inspect', '-f', '{{.Config.Image}}', 'katod-consul-server'),
      /^registry\.example/,
    );
  });

  await t.test('listen: every address', async (t) => {
    const changed = await changedBy({ listen: '0.0.0.0' }, all);
    t.strictSame(changed, all.filter((name) => name !== 'dnsmasq' && name !== 'registrator').sort());
    const elsewhere = (await node.listeners()).filter((each) => !/^(0\.0\.0\.0|\*):/.test(each));
    // The ports of libprocess are for the Mesos masters, who are told of that address.
    t.strictSame(elsewhere, [...at(HERE, 4401, 53, '53/udp', 9292), ...at('127.0.0.1', 18080)].sort());
    t.strictSame(node.marks(), marks, 'the data is that of the containers before');
  });
  await node.params({ listen: null, registry: null, domain: null, 'consul.domain': null });
});

t.test('toots: master, slave and edge, with a balancer and a virtual address', inTheLongRun, async (t) => {
  const names = [
    ...['consul-server', 'zookeeper', 'mesos-master', 'marathon', 'chronos', 'registrator', 'mesos-agent'],
    ...['consul-haproxy', 'keepalived', 'dnsmasq'],
  ];
  await node.params({ vip: VIP, balancing: 'true', 'haproxy.domain': 'cloudnil.com' });
  await bringUp('toots', 'master,slave,edge', names);
  await survives(t, names);
  await until(
    'the address is back on the interface',
    async () => (await host.exec(['ip', '-brief', 'address', 'show', 'eth0'])).stdout.includes(VIP),
    { within: 30_000 },
  );

  await t.test('roles that its menu did not put together', (t) =>
    refusesRole(t, 'master,edge', /has no node that is master and edge; roles go together as master,slave, /),
  );
});

t.test('roles by themselves', inTheLongRun, async (t) => {
  const monitored = ['cadvisor', 'node-exporter'];
  const coordinating = ['consul-server', 'zookeeper', 'mesos-master', 'marathon', 'chronos'];
  const working = ['consul-agent', 'mesos-agent', 'registrator'];
  // Masters of kato have their ZooKeeper on other hosts.
  const roles: readonly (readonly [stack: string, role: string, names: readonly string[]])[] = [
    ['kato', 'quorum', ['zookeeper', 'zookeeper-exporter', ...monitored]],
    [
      'kato',
      'worker',
      [
        ...['dnsmasq', 'mesos-agent', 'marathon-lb-int', 'marathon-lb-ext', ...monitored],
        ...['mesos-agent-exporter', 'haproxy-exporter'],
      ],
    ],
    ['kato', 'border', ['mongodb', 'pritunl', ...monitored]],
    ['panteras', 'master', [...coordinating, 'dnsmasq']],
    ['panteras', 'slave', [...working, 'consul-haproxy', 'dnsmasq']],
    ['toots', 'master', [...coordinating, 'registrator']],
    ['toots', 'slave', working],
    ['toots', 'edge', ['consul-agent', 'consul-haproxy']],
  ];
  await node.params({ vip: null, balancing: null });
  for (const [stack, role, names] of roles)
    await t.test(`${stack}: ${role}`, async (t) => {
      await bringUp(stack, role, names);
      t.pass('it settles');
    });
});
