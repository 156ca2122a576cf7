/** The images of the sandbox run, answer as the programs they are or stand for, and end with the true exit codes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Host, startHost } from './host.js';
import { imageName, sandboxImages } from './images.js';
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

t.test('haproxy starts as the official image does, from its usual file', async (t) => {
  const config = [
    'global',
    '  user haproxy',
    '  group haproxy',
    'defaults',
    '  mode http',
    '  timeout client 5s',
    '  timeout server 5s',
    '  timeout connect 5s',
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
