/** A registry that wants a password, one that says no, and images that are asked for anew. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Report } from '../../src/report/report.js';
import { untilHealth } from '../sandbox/agent.js';
import { startRegistry } from '../sandbox/registry.js';
import { until } from '../sandbox/until.js';
import { containers, listener, SLEEPER, startNode, untilReady } from './node.js';

const within = { within: 60_000 };
const OPEN = '127.0.0.1:5010';
const LOCKED = '127.0.0.1:5011';

t.test('credentials, refusals, and pull: always', async (t) => {
  const folder = t.testdir({
    'katod.yaml': 'limits: { pullMin: 500ms, pullMax: 1s, pullSpread: 0ms }\n',
    docker: {},
    bin: {},
  });
  const node = await startNode(t, {
    components: { web: listener(8080), fresh: `${SLEEPER}image: ${OPEN}/fresh:1\npull: always\n` },
    roles: { web: ['web'], fresh: ['web', 'fresh'] },
    settings: {
      KATOD_CONFIG: join(folder, 'katod.yaml'),
      KATOD_RESYNC: '1s',
      DOCKER_CONFIG: join(folder, 'docker'),
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    },
  });
  const { host, etcd, agent } = node;
  const registry = await startRegistry({ host });
  const wants = (image: string) => etcd.put('/katod/cluster/params/image.web', image);
  const config = (content: object) =>
    writeFileSync(join(folder, 'docker/config.json'), JSON.stringify(content), { mode: 0o600 });
  const reconcile = () => agent.get('/v1/reconcile', { method: 'POST' });
  const waiting = (words: RegExp, name = 'web') =>
    untilHealth(
      agent,
      `${name} waits: ${words}`,
      ({ components }) => {
        const doing = components.find((component) => component.name === name)?.doing;
        return doing?.waits === 'pull' && words.test(doing.because);
      },
      within,
    );
  const running = async (name: string) =>
    (await containers(host)).find((seen) => seen.name === `katod-${name}` && seen.state === 'running');
  const untilRuns = (name: string, image: string) =>
    until(`${name} runs ${image}`, async () => (await running(name))?.image === image, within);
  const restartsOf = ({ components }: Report) => components.find(({ name }) => name === 'web')?.restarts ?? 0;

  await registry.push('app:1');
  await registry.push('app:2');
  await etcd.put('/katod/nodes/web-1/role', 'web');
  await untilReady(agent, 60_000);

  await t.test('access denied: told with what to do, and not tried again by itself', async (t) => {
    const before = await running('web');
    await wants(`${LOCKED}/app:1`);
    const report = await waiting(/no credentials for 127\.0\.0\.1:5011 in .*docker login 127\.0\.0\.1:5011/);
    t.equal(report.status, 'degraded');
    t.same(await running('web'), before);
    const attempts = registry.requests('', 'base').length;
    t.ok(attempts > 0);
    // Three crashes of what serves take longer than any wait after a failure that passes.
    for (const restarts of [1, 2, 3]) {
      await host.docker('kill', 'katod-web');
      await untilHealth(agent, `restart ${restarts}`, (report) => restartsOf(report) === restarts, within);
      await until('it runs', () => running('web'), within);
    }
    t.equal(registry.requests('', 'base').length, attempts);
    t.equal((await reconcile()).status, 202);
    await until('an operator asked for it', () => registry.requests('', 'base').length > attempts, within);
    await waiting(/no credentials/);
  });

  await t.test('credentials come: it goes on by itself', async () => {
    config({ auths: { [LOCKED]: { auth: registry.auth } } });
    await untilRuns('web', `${LOCKED}/app:1`);
    await untilReady(agent, 60_000);
  });

  await t.test('a helper that fails is tried again until it works', async (t) => {
    const script = join(folder, 'bin/docker-credential-moody');
    writeFileSync(script, `#!/bin/sh\necho '${registry.password}'\nexit 1\n`);
    chmodSync(script, 0o755);
    config({ credHelpers: { [LOCKED]: 'moody' } });
    const attempts = registry.requests('', 'base').length;
    await wants(`${LOCKED}/app:2`);
    await waiting(/docker-credential-moody ended with exit code 1/);
    await until('further attempts', () => registry.requests('', 'base').length >= attempts + 3, within);
    t.match(await running('web'), { image: `${LOCKED}/app:1` });
    const answer = JSON.stringify({ Username: 'puller', Secret: registry.password });
    writeFileSync(`${script}.new`, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    await host.exec(['mv', `${script}.new`, script]);
    await untilRuns('web', `${LOCKED}/app:2`);
    await untilReady(agent, 60_000);
  });

  await t.test('no secret is in anything that is told', async (t) => {
    const paths = ['/health', '/v1/plan', '/v1/events', '/metrics'];
    const bodies = await Promise.all(paths.map(async (path) => (await agent.get(path)).body));
    const told = [agent.output(), ...bodies].join('\n');
    t.match(told, 'docker-credential-moody');
    for (const secret of [registry.password, registry.auth]) t.ok(!told.includes(secret));
  });

  await t.test('pull: always takes up a moved tag with the next container, and not before', async (t) => {
    await registry.push('fresh:1');
    await etcd.put('/katod/nodes/web-1/role', 'fresh');
    await untilRuns('fresh', `${OPEN}/fresh:1`);
    await untilReady(agent, 60_000);
    const dataOf = () => host.docker('exec', 'katod-fresh', 'md5sum', '/data');
    const first = await dataOf();
    await registry.push('fresh:1');
    await host.docker('kill', 'katod-fresh');
    await until('it runs again', () => running('fresh'), within);
    t.equal(await dataOf(), first, 'a start is no new container');
    await host.docker('rm', '--force', 'katod-fresh');
    await until('a new one', () => running('fresh'), within);
    t.not(await dataOf(), first);
  });

  await t.test(
    'pull: always, and the registry is ill: what is down comes up from what is there',
    async (t) => {
      await untilReady(agent, 60_000);
      await registry.spoil('fresh', 'manifest', { kind: 'answer', status: 500 });
      const before = (await running('fresh'))?.id;
      await host.docker('rm', '--force', 'katod-fresh');
      const after = await until('a new one', () => running('fresh'), within);
      t.not(after.id, before);
      t.ok(
        registry.requests('fresh', 'manifest').some(({ status }) => status === 500),
        'it was asked first',
      );
      await untilReady(agent, 60_000);
      t.equal((await agent.health()).status, 'healthy');
    },
  );

  await t.test(
    "pull: always, and the registry says no: there is no new container until it doesn't",
    async (t) => {
      const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
      await registry.spoil('fresh', 'manifest', { kind: 'answer', status: 404, body });
      await host.docker('rm', '--force', 'katod-fresh');
      await waiting(/manifest unknown .*tried again when/, 'fresh');
      t.equal(await running('fresh'), undefined);
      await registry.spoil('fresh', 'manifest', null);
      await reconcile();
      await until('it comes', () => running('fresh'), within);
    },
  );
});
