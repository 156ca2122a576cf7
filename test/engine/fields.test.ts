import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { definitionSchema } from '../../src/catalog/definition.js';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import type { ComponentSpec } from '../../src/desired/desired.js';
import { resolve } from '../../src/desired/resolve.js';
import { openDocker } from '../../src/engine/docker.js';
import { openFileRoom } from '../../src/files/files.js';
import { carryOut, type Hands } from '../../src/loop/carry-out.js';
import { ALONE } from '../../src/loop/coordinating.js';
import { catalogOf, problemLines } from '../catalog/catalog-of.js';
import { startHost } from '../sandbox/host.js';
import { imageName } from '../sandbox/images.js';
import { limits } from './shape.js';

const image = imageName('busybox');

/** Keys that the agent itself acts on: no container shows them. */
const AGENTS = [
  'name',
  'description',
  'pull',
  'restart',
  'after',
  'probes',
  'when',
  'disruption',
  'ensembleId',
  'untested',
];

/** Of a definition: the key, what stands there, where `docker inspect` has it, and what it says. */
const fields: readonly (readonly [string, string, string, unknown])[] = [
  ['image', image, 'Config.Image', image],
  ['command', '["-c", "sleep 1"]', 'Config.Cmd', ['-c', 'sleep 1']],
  ['entrypoint', '[/bin/sh]', 'Config.Entrypoint', ['/bin/sh']],
  ['user', '65534', 'Config.User', '65534'],
  ['workingDir', '/tmp', 'Config.WorkingDir', '/tmp'],
  ['hostname', '"{{ node.name }}"', 'Config.Hostname', 'web-1'],
  ['init', 'true', 'HostConfig.Init', true],
  ['env', `{ A: 1, EMPTY: "", B.C: 'x=y "z"' }`, 'Config.Env', ['A=1', 'EMPTY=', 'B.C=x=y "z"']],
  ['network', 'bridge', 'HostConfig.NetworkMode', 'bridge'],
  [
    'ports',
    '["8080:80", "8081:80/tcp", "5353:53/udp"]',
    'HostConfig.PortBindings',
    { '80/tcp': [{ HostPort: '8080' }, { HostPort: '8081' }], '53/udp': [{ HostPort: '5353' }] },
  ],
  [
    'volumeDrivers',
    '{ scratch: { driver: local, options: { type: tmpfs, device: tmpfs } } }',
    'Mounts./scratch',
    { Type: 'volume', Name: 'katod-web-scratch', Driver: 'local' },
  ],
  [
    'volumes',
    '{ data: /data, scratch: /scratch }',
    'Mounts./data',
    { Type: 'volume', Name: 'katod-web-data', RW: true },
  ],
  [
    'mounts',
    '[{ source: /sys, target: /host/sys, readOnly: true }, { source: /tmp, target: /host/tmp }]',
    'Mounts',
    { '/host/sys': { Type: 'bind', Source: '/sys', RW: false }, '/host/tmp': { Source: '/tmp', RW: true } },
  ],
  ['files', '[{ target: /etc/web/web.conf, content: hello }]', 'Mounts./etc/web', { Type: 'bind', RW: true }],
  ['memory', '64m', 'HostConfig.Memory', 64 * 1024 * 1024],
  ['cpus', '0.25', 'HostConfig.NanoCpus', 250_000_000],
  [
    'ulimits',
    '{ nofile: 1000:2000, core: -1 }',
    'HostConfig.Ulimits',
    [
      { Name: 'core', Soft: -1, Hard: -1 },
      { Name: 'nofile', Soft: 1000, Hard: 2000 },
    ],
  ],
  ['sysctls', '{ net.core.somaxconn: 100 }', 'HostConfig.Sysctls', { 'net.core.somaxconn': '100' }],
  ['capAdd', '[NET_ADMIN]', 'HostConfig.CapAdd', ['NET_ADMIN']],
  ['capDrop', '[MKNOD]', 'HostConfig.CapDrop', ['MKNOD']],
  ['privileged', 'true', 'HostConfig.Privileged', true],
  ['pid', 'host', 'HostConfig.PidMode', 'host'],
  [
    'devices',
    '["/dev/null:/dev/nothing:r", /dev/zero]',
    'HostConfig.Devices',
    [
      { PathOnHost: '/dev/null', PathInContainer: '/dev/nothing', CgroupPermissions: 'r' },
      { PathOnHost: '/dev/zero', PathInContainer: '/dev/zero', CgroupPermissions: 'rwm' },
    ],
  ],
  ['tmpfs', '{ /run: size=1m }', 'HostConfig.Tmpfs', { '/run': 'size=1m' }],
  ['shmSize', '1m', 'HostConfig.ShmSize', 1024 * 1024],
  ['readOnly', 'true', 'HostConfig.ReadonlyRootfs', true],
  ['extraHosts', '["other:10.0.0.9"]', 'HostConfig.ExtraHosts', ['other:10.0.0.9']],
  ['dns', '[10.0.0.53]', 'HostConfig.Dns', ['10.0.0.53']],
  ['labels', '{ own: "yes" }', 'Config.Labels', { own: 'yes', 'io.katod.component': 'web' }],
  [
    'logging',
    '{ driver: local, options: { max-size: 1m } }',
    'HostConfig.LogConfig',
    { Type: 'local', Config: { 'max-size': '1m' } },
  ],
  ['stop', '{ signal: SIGUSR1, timeout: 30001ms }', 'Config', { StopSignal: 'SIGUSR1', StopTimeout: 31 }],
];

const host = await startHost({ images: ['busybox'] });
t.teardown(() => host.close());
const engine = openDocker({
  address: `unix://${host.dockerSocket}`,
  limits: { ...limits, engineCall: 60_000 },
});
t.teardown(() => engine.close());
const hands: Hands = {
  engine,
  files: openFileRoom(join(host.folder, 'files')),
  node: 'web-1',
  prefix: 'katod-',
  cluster: () => 'c1',
  coordinating: ALONE,
};

/** A component `web` of these keys, as a node renders it. */
function specOf(keys: readonly (readonly [string, string])[]): ComponentSpec {
  const lines = keys.map(([key, value]) => `${key}: ${value}\n`).join('');
  const stack = 'name: s\ndescription: x\nroles: { all: { description: x, components: [web] } }\n';
  const desired = resolve({
    catalog: catalogOf({ components: { web: `name: web\ndescription: x\n${lines}` }, stacks: { s: stack } }),
    accepted: { ...NOTHING_ACCEPTED, revision: '1', assignment: { stack: 's', roles: ['all'] } },
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web' },
    from: 'file',
  });
  if (!desired.known) throw new Error(desired.why);
  const wanted = desired.components.get('web');
  if (!wanted?.ok) throw new Error(wanted ? problemLines(wanted.problems) : 'it is left out');
  return wanted.spec;
}

/** Creates it as the agent does, and returns what `docker inspect` says, with the mounts by their place. */
async function created(name: string, spec: ComponentSpec): Promise<Readonly<Record<string, unknown>>> {
  await carryOut({ do: 'create', component: 'web', spec, name, because: '' }, hands);
  const [found] = JSON.parse(await host.docker('inspect', name)) as { Mounts: { Destination: string }[] }[];
  return { ...found, Mounts: Object.fromEntries((found?.Mounts ?? []).map((one) => [one.Destination, one])) };
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => Object(inner)[key], value);
}

t.test('each key of a definition is somewhere here', async (t) => {
  const known = Object.keys(definitionSchema(true).shape).filter((key) => !AGENTS.includes(key));
  t.same(fields.map(([key]) => key).sort(), known.sort());
});

t.test('each key of a definition reaches the engine', async (t) => {
  const found = await created('katod-web', specOf(fields.map(([key, value]) => [key, value])));
  for (const [key, , path, expected] of fields) t.match(at(found, path), expected, key);
  t.match(found, { HostConfig: { RestartPolicy: { Name: 'no' } }, Config: { Tty: false, OpenStdin: false } });
  const file = join(String(at(found, 'Mounts./etc/web.Source')), 'web.conf');
  t.equal(readFileSync(file, 'utf8'), 'hello');
  const scratch = await host.docker('volume', 'inspect', '--format', '{{.Options}}', 'katod-web-scratch');
  t.match(scratch, 'map[device:tmpfs type:tmpfs]');
});

t.test('a volume says whose it is, and outlives its container', async (t) => {
  const labels = async () =>
    JSON.parse(await host.docker('volume', 'inspect', '-f', '{{json .Labels}}', 'katod-web-data'));
  const ours = { 'io.katod.node': 'web-1', 'io.katod.component': 'web' };
  t.same(await labels(), ours);
  const [container] = (await engine.list()).filter(({ name }) => name === 'katod-web');
  await engine.remove(container?.id ?? '');
  t.same(await labels(), ours);
});

t.test("somebody else's volume of that name is used as it is", async (t) => {
  const options = ['-o', 'type=tmpfs', '-o', 'device=tmpfs'];
  await host.docker('volume', 'create', '--label', 'whose=theirs', ...options, 'katod-web-prepared');
  const found = await created(
    'used',
    specOf([
      ['image', image],
      ['volumes', '{ prepared: /data }'],
    ]),
  );
  t.match(at(found, 'Mounts./data'), { Name: 'katod-web-prepared' });
  const [volume] = JSON.parse(await host.docker('volume', 'inspect', 'katod-web-prepared'));
  t.match(volume, { Labels: { whose: 'theirs' }, Options: { type: 'tmpfs' } });
  t.notOk('io.katod.node' in volume.Labels);
});

t.test('each kind of network is the one that was asked for', async (t) => {
  for (const network of [undefined, 'host', 'bridge', 'none', 'shop']) {
    const keys: readonly (readonly [string, string])[] = [
      ['image', image],
      ...(network ? [['network', network] as const] : []),
    ];
    const name = `in-${network ?? 'default'}`;
    t.equal(at(await created(name, specOf(keys)), 'HostConfig.NetworkMode'), network ?? 'host', name);
  }
  const [shop] = JSON.parse(await host.docker('network', 'inspect', 'shop'));
  t.match(shop, { Driver: 'bridge', Labels: { 'io.katod.node': 'web-1' } });
});
