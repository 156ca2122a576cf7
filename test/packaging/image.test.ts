import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { version } from '../../src/host/version.js';
import { type Host, startHost } from '../sandbox/host.js';
import { imageName } from '../sandbox/images.js';
import { until } from '../sandbox/until.js';

const root = join(import.meta.dirname, '../..');
const image = 'katod-test/agent:1';

const host: Host = await startHost({ images: ['node', 'busybox'] });
t.teardown(() => host.close());
await host.docker(
  'build',
  '--network',
  'none',
  '--build-arg',
  `NODE_IMAGE=${imageName('node')}`,
  '--tag',
  image,
  root,
);

t.test('the image has the program, its catalog and nothing else of ours', async (t) => {
  t.equal(await host.docker('run', '--rm', '--network', 'none', image, '--version'), version);
  t.match(await host.docker('run', '--rm', '--network', 'none', image, 'validate'), /^no problems$/m);
  const list = 'process.stdout.write(require("fs").readdirSync("/opt/katod").sort().join())';
  t.equal(
    await host.docker('run', '--rm', '--network', 'none', '--entrypoint', 'node', image, '-e', list),
    'LICENSE,config,dist',
  );
});

t.test('the image starts the agent, is watched by healthcheck, and makes no volume of its own', async (t) => {
  const [inspected] = JSON.parse(await host.docker('image', 'inspect', image));
  t.strictSame(inspected.Config.Entrypoint, ['node', '/opt/katod/dist/katod.mjs']);
  t.strictSame(inspected.Config.Cmd, ['agent']);
  t.strictSame(inspected.Config.Healthcheck.Test, [
    'CMD',
    'node',
    '/opt/katod/dist/katod.mjs',
    'healthcheck',
  ]);
  t.equal(inspected.Config.Volumes, null);
  t.match(inspected.Config.Labels, { 'org.opencontainers.image.licenses': 'Apache-2.0' });
});

t.test('run as its head says, it keeps a component with a file, and leaves it when it goes', async (t) => {
  const catalog = join(host.folder, 'catalog');
  const state = join(host.folder, 'state');
  for (const folder of ['components', 'stacks', 'templates'])
    await mkdir(join(catalog, folder), { recursive: true });
  await mkdir(state);
  await writeFile(
    join(catalog, 'components/web.yaml'),
    `name: web
description: serves one page
image: ${imageName('busybox')}
command: [busybox, httpd, -f, -p, "18080", -h, /srv]
ports: [18080]
files: [{ target: /srv/index.html, content: "node {{ node.name }}" }]
stop: { timeout: 1s }
probes: { ready: { http: "http://127.0.0.1:18080/", period: 250ms } }
`,
  );
  await writeFile(
    join(catalog, 'stacks/tiny.yaml'),
    'name: tiny\ndescription: for this test\nroles: { front: { description: a page, components: [web] } }\n',
  );
  await writeFile(join(host.folder, 'store.yaml'), 'nodes/web-1/role: front\n');
  const settings = {
    KATOD_NODE: 'web-1',
    KATOD_STORE: `file:${join(host.folder, 'store.yaml')}`,
    KATOD_CATALOG: catalog,
    KATOD_STACK: 'tiny',
    KATOD_STATE_DIR: state,
  };
  await host.docker(
    ...['run', '--detach', '--name', 'katod', '--network', 'host', '--pid', 'host'],
    ...['--volume', `${host.dockerSocket}:/var/run/docker.sock`, '--volume', `${host.folder}:${host.folder}`],
    ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--health-interval', '1s', image],
  );
  const health = () => host.docker('inspect', '--format', '{{.State.Health.Status}}', 'katod');
  await until('the image is healthy', async () => (await health()) === 'healthy', { within: 60_000 });
  t.equal(await host.docker('exec', 'katod-web', 'busybox', 'cat', '/srv/index.html'), 'node web-1');
  t.match(
    await host.docker('exec', 'katod', 'node', '/opt/katod/dist/katod.mjs', 'status'),
    /^status {2}healthy$/m,
  );

  const id = await host.docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}}', 'katod-web');
  await host.docker('stop', '--time', '10', 'katod');
  t.equal(
    await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'katod'),
    '0',
    'ended by itself at SIGTERM',
  );
  t.equal(await host.docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}}', 'katod-web'), id);
  t.equal(await host.docker('inspect', '--format', '{{.State.Running}}', 'katod-web'), 'true');
});
