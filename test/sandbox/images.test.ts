/** The images of the sandbox run, answer as the programs they are or stand for, and end with the true exit codes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Host, startHost } from './host.js';
import { imageName, sandboxImages, standInFor } from './images.js';
import { until } from './until.js';

const within = { within: 30_000 };

const host: Host = await startHost({ images: sandboxImages });
t.teardown(() => host.close());

/** Runs a container on the host's network; the rest of the line is the image and its command. */
const run = (name: string, ...args: string[]) =>
  host.docker('run', '--detach', '--network', 'host', '--name', name, ...args);

/** Status and body of a GET inside the host, as in `200 pong`. */
async function fetched(path: string): Promise<string> {
  const { stdout } = await host.exec([
    'curl',
    '--silent',
    '--write-out',
    ' %{http_code}',
    `http://${host.address}:${path}`,
  ]);
  const [, body = '', status = ''] = /^(.*) (\d+)$/s.exec(stdout) ?? [];
  return `${status} ${body}`.trim();
}

/** As `fetched`, once somebody listens there. */
function answered(path: string): Promise<string> {
  const answer = async () => {
    const text = await fetched(path);
    return /^[1-5]/.test(text) && text;
  };
  return until(`${path} answers`, answer, within);
}

async function exitCode(name: string): Promise<number> {
  await host.docker('stop', name);
  return Number(await host.docker('inspect', '--format', '{{.State.ExitCode}}', name));
}

/** What ZooKeeper answers to one of its four letter words. */
const fourLetters = (word: string) =>
  host.docker('exec', 'zookeeper', 'sh', '-c', `printf ${word} | nc ${host.address} 2181`);

t.test('zookeeper is told what to do by the environment of the official image', async (t) => {
  const settings = {
    ZOO_MY_ID: '1',
    ZOO_4LW_COMMANDS_WHITELIST: 'ruok,srvr,conf',
    ZOO_CFG_EXTRA: 'admin.serverPort=18080 admin.serverAddress=127.0.0.1',
    ZOO_AUTOPURGE_PURGEINTERVAL: '24',
    ZK_SERVER_HEAP: '128',
  };
  const environment = Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  await run('zookeeper', '--volume', 'zookeeper-data:/data', ...environment, imageName('zookeeper'));
  const answer = await until(
    'srvr says its mode',
    async () => {
      const text = await fourLetters('srvr');
      return text.includes('Mode:') && text;
    },
    within,
  );
  t.match(answer, /Mode: standalone/);
  t.equal(await fourLetters('ruok'), 'imok');
  t.match(await fourLetters('mntr'), /not in the whitelist/);
  const config = await host.docker('exec', 'zookeeper', 'cat', '/conf/zoo.cfg', '/data/myid');
  t.match(config, /^admin\.serverPort=18080$/m);
  t.match(config, /^autopurge\.purgeInterval=24$/m);
  const admin = await host.exec(['curl', '--silent', 'http://127.0.0.1:18080/commands/ruok']);
  t.match(JSON.parse(admin.stdout), { command: 'ruok', error: null });
  t.equal(
    await host.docker('exec', 'zookeeper', 'stat', '-c', '%u', '/data/version-2'),
    '1000',
    'it runs as its own user',
  );
  t.equal(await exitCode('zookeeper'), 143);
});

const HAPROXY_DEFAULTS = [
  'defaults',
  '  mode http',
  ...['client', 'server', 'connect'].map((what) => `  timeout ${what} 5s`),
];

t.test('haproxy starts as the official image does, from its usual file', async (t) => {
  const config = [
    'global',
    '  user haproxy',
    '  group haproxy',
    ...HAPROXY_DEFAULTS,
    'frontend health',
    '  bind :8081',
    '  monitor-uri /healthz',
  ];
  await mkdir(join(host.folder, 'haproxy'));
  await writeFile(join(host.folder, 'haproxy/haproxy.cfg'), `${config.join('\n')}\n`);
  const mount = ['--volume', `${host.folder}/haproxy:/usr/local/etc/haproxy`, imageName('haproxy')];
  await run('haproxy', ...mount);
  t.match(await answered('8081/healthz'), /^200 /);
  const processes = await host.docker('exec', 'haproxy', 'ps', '-o', 'user,args');
  t.match(processes, /root +haproxy -W -db -f/, 'a master that can reload');
  t.match(processes, /(haproxy|99) +haproxy -W -db -f/, 'and a worker without rights');
  t.match(await host.docker('inspect', '--format', '{{.Config.StopSignal}}', 'haproxy'), 'SIGUSR1');
  t.equal(await exitCode('haproxy'), 0);
  const check = await host.docker('run', '--rm', ...mount, '-c', '-f', '/usr/local/etc/haproxy/haproxy.cfg');
  t.match(check, /valid/, 'flags alone mean haproxy');
});

t.test('dnsmasq answers names', async (t) => {
  const flags = ['-k', '--log-facility=-', '--no-resolv', '--no-hosts', '--address=/web.test/10.1.2.3'];
  await run('dnsmasq', imageName('dnsmasq'), 'dnsmasq', ...flags);
  const asked = (...query: string[]) =>
    until(
      'dig has an answer',
      async () => (await host.exec(['dig', '+short', `@${host.address}`, ...query])).stdout.trim(),
      within,
    );
  t.equal(await asked('web.test', 'A'), '10.1.2.3');
  t.match(await asked('version.bind', 'CH', 'TXT'), /dnsmasq-2\./);
  t.equal(await exitCode('dnsmasq'), 0);
});

t.test('keepalived holds an address, tells its scripts, and gives it up', async (t) => {
  const config = [
    'vrrp_instance vip {',
    '  interface eth0',
    '  state BACKUP',
    '  virtual_router_id 7',
    '  virtual_ipaddress { 10.123.0.77 }',
    `  notify_master "/bin/bash -c 'echo master >/run/state'"`,
    '}',
  ];
  await mkdir(join(host.folder, 'keepalived'));
  await writeFile(join(host.folder, 'keepalived/keepalived.conf'), `${config.join('\n')}\n`);
  const rights = ['NET_ADMIN', 'NET_BROADCAST', 'NET_RAW'].flatMap((name) => ['--cap-add', name]);
  const mount = ['--volume', `${host.folder}/keepalived:/etc/keepalived`, imageName('keepalived')];
  await run('keepalived', ...rights, ...mount, 'keepalived', '-n', '-l', '-D');
  const addresses = async () => (await host.exec(['ip', 'address', 'show', 'eth0'])).stdout;
  await until('it has the address', async () => (await addresses()).includes('10.123.0.77'), within);
  const state = () => host.docker('exec', 'keepalived', 'bash', '-c', 'echo $(</run/state)');
  await until('it has told so', async () => (await state()) === 'master', within);
  t.equal(await exitCode('keepalived'), 0);
  t.notMatch(await addresses(), '10.123.0.77');
});

t.test('consul-haproxy is HAProxy, started by a stand-in for consul-template', async (t) => {
  const folder = join(host.folder, 'consul-haproxy');
  const template = [
    ...HAPROXY_DEFAULTS,
    'frontend health',
    '  bind :8082',
    '  monitor-uri /healthz{{ range services }}{{ if .Tags }}',
    '  nonsense {{ .Name }}{{ end }}{{ end }}',
  ];
  const config = [
    'template {',
    '  source      = "/etc/it/haproxy.cfg.ctmpl"',
    '  destination = "/run/haproxy.cfg"',
    '}',
    'exec {',
    '  command     = ["haproxy", "-W", "-db", "-f", "/run/haproxy.cfg"]',
    '  kill_signal = "SIGUSR1"',
    '}',
  ];
  await mkdir(folder);
  await writeFile(join(folder, 'haproxy.cfg.ctmpl'), `${template.join('\n')}\n`);
  await writeFile(join(folder, 'it.hcl'), `${config.join('\n')}\n`);
  const start = ['--entrypoint', 'consul-template', imageName('consul-haproxy'), '-config', '/etc/it/it.hcl'];
  await run('consul-haproxy', '--stop-signal', 'SIGINT', '--volume', `${folder}:/etc/it`, ...start);
  t.match(await answered('8082/healthz'), /^200 /);
  t.equal(await exitCode('consul-haproxy'), 12);
});

t.test('the stand-ins answer the true probe paths and end with the true codes', async (t) => {
  const image = imageName('stand-in');
  await run('mesos-master', image, 'mesos-master', '--port=5050', `--ip=${host.address}`);
  await run('mesos-agent', image, '/usr/sbin/mesos-agent', '--work_dir=/var/lib/mesos');
  await run(
    'marathon',
    '--env',
    `MARATHON_HOSTNAME=${host.address}`,
    '--entrypoint',
    'marathon',
    image,
    '--http_port',
    '8080',
  );
  await run('registrator', '--env', 'STAND_IN=registrator', image, '-cleanup', 'consul://127.0.0.1:8500');
  t.equal(await answered('5050/health'), '200');
  t.match(await fetched('5050/metrics/snapshot'), '"registrar/log/recovered":1');
  t.match(await fetched('5050/metrics/snapshot'), '"master/elected":1');
  t.match(await fetched('5050/redirect'), /^307/);
  t.equal(await answered('5051/health'), '200');
  t.match(await fetched('5051/metrics/snapshot'), '"slave/registered":1');
  t.equal(await answered('8080/ping'), '200 pong');
  t.equal(await fetched('8080/v2/leader'), `200 {"leader":"${host.address}:8080"}`);
  t.equal(await fetched('8080/nothing'), '404');
  t.equal(await exitCode('mesos-master'), 143);
  t.equal(await exitCode('mesos-agent'), 143);
  t.equal(await exitCode('marathon'), 143);
  t.equal(await exitCode('registrator'), 2);
});

t.test('a stand-in is known by its tag, keeps a mark in its data, and answers names', async (t) => {
  const data = ['--volume', 'prometheus-data:/prometheus', standInFor('prometheus')];
  const flags = ['--storage.tsdb.path=/prometheus', `--web.listen-address=${host.address}:9191`];
  await run('prometheus', ...data, ...flags);
  t.match(await answered('9191/-/ready'), /^200/);
  t.equal(await exitCode('prometheus'), 0);
  await host.docker('rm', 'prometheus');
  await run('prometheus', ...data, ...flags);
  t.match(await answered('9191/-/healthy'), /^200/);
  t.match(await host.docker('logs', 'prometheus'), /data that was there in \/prometheus: [0-9a-f-]{36}/);

  const consul = ['consul', 'agent', '-server', `-bind=${host.address}`, `-client=${host.address}`];
  await run('consul', imageName('stand-in'), ...consul, '-domain=web.test', '-data-dir=/consul/data');
  t.match(await answered('8500/v1/agent/self'), '"state":"Leader"');
  const asked = async (...query: string[]) =>
    (await host.exec(['dig', '-p', '8600', `@${host.address}`, ...query])).stdout;
  t.match(await asked('+short', 'consul.service.web.test'), host.address);
  t.match(await asked('+tcp', 'nobody.web.test'), 'NXDOMAIN');
  t.equal(await exitCode('consul'), 1);
});

t.test('node runs a script, and has a shell for the lines of a Dockerfile', async (t) => {
  const say = "console.log(process.version, require('os').userInfo().username)";
  const said = await host.docker(
    'run',
    '--rm',
    '--user',
    'node',
    imageName('node'),
    'sh',
    '-c',
    `node -e "${say}"`,
  );
  t.equal(said, `${process.version} node`);
});
