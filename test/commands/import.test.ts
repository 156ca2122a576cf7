import t from 'tap';
import { startEtcd } from '../sandbox/etcd.js';
import { katod } from './program.js';

const here = ['--node', 'web-2', '--address', '192.168.2.82'];
const host = `ZOOKEEPER_HOSTS="192.168.2.81:2181,192.168.2.82:2181,192.168.2.83:2181"
CONSUL_PARAMS="-config-dir=/etc/consul.d"
IP=192.168.2.82
`;

t.test('the lines are printed, with a comment on what has none', async (t) => {
  const file = `${t.testdir({ host })}/host`;
  const { code, stdout, stderr } = await katod(['import', 'panteras', file, ...here]);
  t.equal(code, 0, stderr);
  t.equal(
    stdout,
    `# IP (line 3): the agent's own setting: katod agent --address 192.168.2.82
etcdctl put /katod/cluster/stack panteras
etcdctl put /katod/cluster/params/expect.master 3
etcdctl put /katod/cluster/params/zookeeper.hosts 192.168.2.81:2181,192.168.2.82:2181,192.168.2.83:2181
etcdctl put -- /katod/nodes/web-2/params/flags.consul -config-dir=/etc/consul.d
etcdctl put /katod/nodes/web-2/role master,slave
`,
  );
});

t.test('what can not be taken over is named with its place', async (t) => {
  const folder = t.testdir({ host: `${host}MASTR=false\n`, bad: 'IP=$(hostname -i)\n' });
  const unknown = await katod(['import', 'panteras', `${folder}/host`, ...here]);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, `${folder}/host:4: MASTR: is not known`);
  t.match(unknown.stdout, 'etcdctl put /katod/nodes/web-2/role');
  const bad = await katod(['import', 'panteras', `${folder}/bad`, ...here]);
  t.equal(bad.code, 1);
  t.match(bad.stderr, `${folder}/bad:1: "$(" would run a command`);
  t.equal(bad.stdout, '');
  const system = await katod(['import', 'pantera', `${folder}/host`]);
  t.equal(system.code, 2);
  t.match(system.stderr, 'did you mean panteras?');
  const role = await katod(['import', 'toots', `${folder}/host`, '--roles', 'edges', ...here]);
  t.equal(role.code, 2);
  t.match(role.stderr, 'it has master, slave, edge');
});

t.test('with --apply they are put in the store, once', async (t) => {
  const etcd = await startEtcd();
  t.teardown(() => etcd.close());
  const folder = t.testdir({ host, bad: `${host}MASTR=false\n` });
  const put = (file: string, ...more: readonly string[]) =>
    katod(['import', 'panteras', `${folder}/${file}`, '--apply', '--etcd', etcd.endpoint, ...here, ...more]);
  const bad = await put('bad');
  t.equal(bad.code, 1);
  t.match(bad.stderr, 'nothing is written');
  const first = await put('host', '--json');
  t.equal(first.code, 0, first.stderr);
  t.same(JSON.parse(first.stdout).done, { written: 5, unchanged: 0 });
  t.equal(await etcd.get('/katod/nodes/web-2/role'), 'master,slave');
  const again = await put('host');
  t.match(again.stdout, '0 keys written, 5 as they were');
  await etcd.put('/katod/cluster/stack', 'core');
  const other = await put('host');
  t.equal(other.code, 1);
  t.match(other.stderr, /stack is core/);
});
