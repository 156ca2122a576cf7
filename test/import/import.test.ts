/** The examples of the seeds' own READMEs, and what goes wrong in such files. */
import t from 'tap';
import { DEFAULT_POLICY, flagsRefused } from '../../src/desired/policy.js';
import { etcdctlLine } from '../../src/import/etcdctl.js';
import { type Imported, importFile } from '../../src/import/import.js';
import { desiredFor, panteras, shipped } from '../desired/examples.js';

interface Options {
  readonly address?: string;
  readonly roles?: readonly string[];
}

function imported(system: string, text: string, { address, roles }: Options = {}): Imported {
  const read = importFile({ system, text, node: 'web-2', address: address ?? null, roles: roles ?? null });
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.imported;
}

function linesOf({ puts }: Imported): readonly string[] {
  return puts.map(({ key, value }) => `${key} ${value}`);
}

function namesOf(notes: Imported['remarks']): readonly string[] {
  return notes.map(({ line, name }) => `${line} ${name}`);
}

/** "One example of Master and Slave nodes" in the README of the fork of PanteraS. */
const host = `ZOOKEEPER_HOSTS="192.168.2.81:2181,192.168.2.82:2181,192.168.2.83:2181"
CONSUL_HOSTS="-join=192.168.2.81 -join=192.168.2.82 -join=192.168.2.83"
MESOS_MASTER_QUORUM=2
ZOOKEEPER_ID=2
IP=192.168.2.82
HOSTNAME=192.168.2.82
CONSUL_DOMAIN=cloudnil.com
MESOS_SLAVE_PARAMS="--attributes=type:data --docker_remove_delay=1mins"
KEEPALIVED_VIP=50.0.0.101
`;

t.test("restricted/host of PanteraS' README", async (t) => {
  const found = imported('panteras', host);
  t.same(linesOf(found), [
    'cluster/stack panteras',
    'cluster/params/expect.master 3',
    'cluster/params/zookeeper.hosts 192.168.2.81:2181,192.168.2.82:2181,192.168.2.83:2181',
    'cluster/params/consul.hosts 192.168.2.81,192.168.2.82,192.168.2.83',
    'cluster/params/consul.domain cloudnil.com',
    'cluster/params/vip 50.0.0.101',
    'nodes/web-2/params/hostname 192.168.2.82',
    'nodes/web-2/params/mesos.attributes type:data',
    'nodes/web-2/params/mesos.removeDelay 1mins',
    'nodes/web-2/role master,slave',
  ]);
  t.same(namesOf(found.remarks), ['3 MESOS_MASTER_QUORUM', '4 ZOOKEEPER_ID', '5 IP']);
  t.same(found.problems, []);
});

t.test('the first master of three, as its README writes the file line by line', async (t) => {
  const found = imported(
    'panteras',
    `ZOOKEEPER_HOSTS="masterhost-1-ip:2181,masterhost-2-ip:2181,masterhost-3-ip:2181"
CONSUL_HOSTS="-join=masterhost-1-ip -join=masterhost-2-ip -join=masterhost-3-ip"
MESOS_MASTER_QUORUM=2
CONSUL_PARAMS="-bootstrap-expect 3"
ZOOKEEPER_ID=1
IP=10.0.0.5
LISTEN_IP=192.168.10.10
SLAVE=false
HAPROXY_ADD_DOMAIN=".my.own.domain.com"
`,
  );
  t.same(linesOf(found).slice(3), [
    'cluster/params/consul.hosts masterhost-1-ip,masterhost-2-ip,masterhost-3-ip',
    'cluster/params/haproxy.domain my.own.domain.com',
    'nodes/web-2/params/listen 192.168.10.10',
    'nodes/web-2/role master',
  ]);
  t.match(found.remarks.find(({ name }) => name === 'CONSUL_PARAMS')?.message, /ensemble/);
  t.same(found.problems, []);
});

t.test('roles of PanteraS', async (t) => {
  const roleOf = (text: string, roles?: readonly string[]) =>
    imported('panteras', text, roles === undefined ? {} : { roles }).puts.at(-1);
  const key = 'nodes/web-2/role';
  t.same(roleOf('IP=10.0.0.5'), { key, value: 'standalone' });
  t.same(roleOf('MASTER=false'), { key, value: 'slave' });
  t.same(roleOf('SLAVE=false'), { key, value: 'master' });
  t.same(roleOf(host, ['slave']), { key, value: 'slave' }, 'what is asked for wins');
  t.match(imported('panteras', 'MASTER=false\nSLAVE=false').problems, [{ line: 0, message: /no role/ }]);
});

t.test('flags with a parameter of their own, and the rest', async (t) => {
  const found = imported(
    'panteras',
    'CONSUL_PARAMS="-config-dir /etc/consul.d -join-wan=10.9.0.1 -bootstrap-expect=3"\nMARATHON_PARAMS="--http_port 81"',
  );
  t.same(linesOf(found), [
    'cluster/stack panteras',
    'cluster/params/joinWan 10.9.0.1',
    'nodes/web-2/params/flags.consul -config-dir /etc/consul.d',
    'nodes/web-2/params/flags.marathon --http_port 81',
    'nodes/web-2/role standalone',
  ]);
  t.equal(
    etcdctlLine({ key: '/katod/x', value: '-config-dir /etc/consul.d' }),
    "etcdctl put -- /katod/x '-config-dir /etc/consul.d'",
  );
});

/** As `generate_yml.sh` made the lines itself, with a flag more or another value in each. */
const lines = `CONSUL_APP_PARAMS="agent -client=0.0.0.0 -advertise=10.0.0.5 -bind=0.0.0.0 -data-dir=/opt/consul/ -ui-dir=/opt/consul/ -node=web-2 -dc=west -domain cloudnil.com -server -join=10.0.0.6 -log-level=warn"
MESOS_MASTER_APP_PARAMS="--zk=zk://10.0.0.5:2181/mesos --work_dir=/var/lib/mesos --quorum=1 --ip=10.0.0.5 --hostname=web-2.example.com --cluster=shop --roles=a,b"
MARATHON_APP_PARAMS="--master zk://10.0.0.5:2181/mesos --zk zk://10.0.0.5:2181/marathon --hostname web-2 --no-logger --http_address 10.0.0.5 --https_address 10.0.0.5 --event_subscriber http_callback"
CHRONOS_APP_PARAMS="run_jar --master zk://10.0.0.5:2181/mesos --zk_hosts 10.0.0.5:2181 --http_address 10.0.0.5 --http_port 4400 --mail_server mail:25"
MESOS_SLAVE_APP_PARAMS="--master=zk://10.0.0.5:2181/mesos --containerizers=docker,mesos --gc_delay=1days --attributes=rack:a --resources=ports:[31000-31999]"
REGISTRATOR_APP_PARAMS="-cleanup -ip=10.0.0.5 -tags=blue consul://10.0.0.5:8500"
DNSMASQ_APP_PARAMS="-d -u dnsmasq -r /etc/resolv.conf.orig -7 /etc/dnsmasq.d --server=/cloudnil.com/10.0.0.5#8600 --host-record=web-2,10.0.0.5 --address=/cloudnil.com/10.0.0.5"
DNSMASQ_PARAMS="--dns-forward-max=500"
`;

t.test(
  'whole command lines: what has a parameter, what the definition has by itself, and the rest',
  async (t) => {
    const found = imported('panteras', lines, { address: '10.0.0.5' });
    t.same(linesOf(found), [
      'cluster/stack panteras',
      'cluster/params/dc west',
      'cluster/params/consul.domain cloudnil.com',
      'cluster/params/mesos.cluster shop',
      'nodes/web-2/params/consul.advertise 10.0.0.5',
      'nodes/web-2/params/flags.consul -log-level=warn',
      'nodes/web-2/params/listen 10.0.0.5',
      'nodes/web-2/params/mesos.hostname web-2.example.com',
      'nodes/web-2/params/flags.mesos-master --roles=a,b',
      'nodes/web-2/params/hostname web-2',
      'nodes/web-2/params/flags.marathon --event_subscriber http_callback',
      'nodes/web-2/params/flags.chronos --mail_server mail:25',
      'nodes/web-2/params/mesos.attributes rack:a',
      'nodes/web-2/params/flags.mesos-agent --resources=ports:[31000-31999]',
      'nodes/web-2/params/flags.registrator -tags=blue',
      'nodes/web-2/params/dns.services 10.0.0.5',
      'nodes/web-2/params/flags.dnsmasq --server=/cloudnil.com/10.0.0.5#8600',
      'nodes/web-2/role standalone',
    ]);
    t.same(found.problems, []);
    const said = new Map(found.remarks.map(({ name, message }) => [name, message]));
    t.match(said.get('CONSUL_APP_PARAMS'), 'consul has by itself: -client=0.0.0.0 -bind=0.0.0.0 -data-dir=');
    t.match(
      said.get('MARATHON_APP_PARAMS'),
      /by itself: --master zk:\S+ --zk \S+ --no-logger --https_address/,
    );
    t.match(
      said.get('MESOS_SLAVE_APP_PARAMS'),
      /flags\.mesos-agent where its settings file has `policy: \{ override/,
    );
    t.match(said.get('DNSMASQ_PARAMS'), /DNSMASQ_APP_PARAMS is there, which took its place too/);
  },
);

t.test('a quorum that the count of masters does not come to is kept', async (t) => {
  const found = imported('panteras', host.replace('QUORUM=2', 'QUORUM=3'));
  t.ok(linesOf(found).includes('cluster/params/mesos.quorum 3'));
});

t.test('what is not understood is named with its line, and the rest is there all the same', async (t) => {
  const found = imported(
    'panteras',
    `IP=10.0.0.x
CONSUL_DOMIAN=cloudnil.com
MASTER=yes
ZOOKEEPER_APP_PARAMS="start-foreground /etc/zoo.cfg"
START_FABIO=true
CONSUL_HOSTS="10.0.0.5"
CONSUL_DC=west
`,
  );
  t.match(found.problems, [
    { line: 1, name: 'IP', message: /no IP address/ },
    { line: 2, name: 'CONSUL_DOMIAN', message: /not known.*did you mean CONSUL_DOMAIN/ },
    { line: 3, name: 'MASTER', message: /neither true nor false/ },
    { line: 4, name: 'ZOOKEEPER_APP_PARAMS', message: /cluster\/components\/zookeeper/ },
    { line: 5, name: 'START_FABIO', message: /no component fabio/ },
    { line: 6, name: 'CONSUL_HOSTS', message: /no -join=ADDRESS/ },
  ]);
  t.ok(linesOf(found).includes('cluster/params/dc west'));
});

const conf = `#Master Hosts (At least 3 Master Node)
MASTERS=192.168.2.81,192.168.2.82,192.168.2.83

#Network Interface Card (Like 'eth0')
NIC=eth1

##########Optional configuration###########
IN_DOMAIN=cloudnil.com
EX_DOMAIN=cloudnil.com
VIP=50.50.0.102
NFS=192.168.2.91:/store
REGISTRY_IP=192.168.2.91
CA=super.crt
`;

t.test("Toots.conf of Toots' README, all options on", async (t) => {
  const found = imported('toots', conf, { address: '192.168.2.82' });
  t.same(linesOf(found), [
    'cluster/stack toots',
    'cluster/params/expect.master 3',
    'cluster/params/vip.interface eth1',
    'cluster/params/consul.domain cloudnil.com',
    'cluster/params/haproxy.domain cloudnil.com',
    'cluster/params/vip 50.50.0.102',
    'cluster/params/nfs 192.168.2.91:/store',
    'cluster/params/registry registry.super.com',
    'nodes/web-2/role master',
  ]);
  t.match(found.remarks, [
    { line: 12, name: 'REGISTRY_IP', message: /192\.168\.2\.91 registry\.super\.com/ },
    { line: 13, name: 'CA', message: /certs\.d/ },
  ]);
  t.same(found.problems, []);
});

t.test('what the menu of Toots asked for is asked of the operator', async (t) => {
  const other = imported('toots', conf, { address: '192.168.2.90' });
  t.equal(other.puts.at(-1)?.key, 'cluster/params/registry', 'no role is guessed');
  t.match(other.remarks.at(-1)?.message, /--roles slave, edge, or slave,edge/);
  const edge = imported('toots', conf, { address: '192.168.2.90', roles: ['slave', 'edge'] });
  t.equal(edge.puts.at(-1)?.value, 'slave,edge');
  const wrong = imported('toots', conf, { address: '192.168.2.90', roles: ['master'] });
  t.match(wrong.problems, [{ line: 0, message: /not among MASTERS/ }]);
  const gap = imported('toots', conf, { address: '192.168.2.82', roles: ['master', 'edge'] });
  t.match(gap.problems, [{ line: 0, message: /master that is an edge is a slave too/ }]);
});

t.test('restricted/host as Toots.sh wrote it', async (t) => {
  const found = imported('toots', 'IP=10.0.0.5\nLISTEN_IP=10.0.0.5\nMASTER=false\nSLAVE=true\nEDGE=true\n');
  t.same(found.puts.at(-1), { key: 'nodes/web-2/role', value: 'slave,edge' });
});

t.test('a file that tries to run something is taken not at all', async (t) => {
  const read = importFile({
    system: 'panteras',
    text: 'CONSUL_DC=west\nIP=$(hostname -i)\n',
    node: 'web-2',
    address: null,
    roles: null,
  });
  t.match(read, { ok: false, faults: [{ line: 2 }] });
});

t.test('a line of etcdctl is safe for a shell', async (t) => {
  t.equal(etcdctlLine({ key: '/katod/a', value: 'type:data' }), 'etcdctl put /katod/a type:data');
  t.equal(etcdctlLine({ key: '/katod/a', value: "it's $(x)" }), "etcdctl put /katod/a 'it'\\''s $(x)'");
});

t.test('what the policy would refuse of flags is said of those components, and of no others', async (t) => {
  const { components } = desiredFor(panteras, ['standalone']);
  const refused = [...components]
    .filter(([name]) => shipped.components.get(name)?.uses.names.has(`flags.${name}`))
    .flatMap(([name, wanted]) =>
      wanted.ok && flagsRefused(name, wanted.spec, DEFAULT_POLICY) !== null ? [name] : [],
    );
  const parts = ['CONSUL', 'MESOS_MASTER', 'MARATHON', 'CHRONOS', 'MESOS_SLAVE', 'REGISTRATOR', 'DNSMASQ'];
  const { remarks } = imported('panteras', parts.map((part) => `${part}_PARAMS="--x=1"\n`).join(''), {
    address: '10.0.0.5',
  });
  const told = remarks.flatMap(({ message }) => /a node takes flags\.(\S+)/.exec(message)?.[1] ?? []);
  t.same(told.sort(), refused.sort());
});
