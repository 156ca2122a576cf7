/** The agent with an etcd that is not on its host, secured as production runs it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Agent, startAgent, untilHealth } from '../sandbox/agent.js';
import { type Host, startHost } from '../sandbox/host.js';
import { until } from '../sandbox/until.js';
import { startSecured } from '../store/etcd/secured.js';
import { containers, SLEEPER, untilContainers, untilReady, writeCatalog } from './node.js';

/** The agent runs beside the test, since that is where these etcds are; its engine has a host of its own. */
async function start(t: Test, settings: Record<string, string>): Promise<{ host: Host; agent: Agent }> {
  const host = await startHost({ images: ['busybox'] });
  t.teardown(() => host.close());
  const catalog = join(host.folder, 'catalog');
  writeCatalog(catalog, {
    components: { cron: SLEEPER, work: SLEEPER },
    roles: { all: ['cron', 'work'], one: ['cron'] },
  });
  const outside: Host = { ...host, inside: (argv) => argv };
  const agent = await startAgent({ host: outside, settings: { KATOD_CATALOG: catalog, ...settings } });
  t.teardown(async () => {
    if (!t.passing()) t.comment(agent.output());
    await agent.close();
  });
  return { host, agent };
}

const ALL = 'katod-cron running, katod-work running';

t.test('an etcd with TLS and users, and exactly the rights that the README names', async (t) => {
  const etcd = await startSecured();
  t.teardown(() => etcd.close());
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const lines = readme.split('\n').filter((line) => line.startsWith('etcdctl role '));
  t.ok(lines.length > 5);
  for (const line of lines) await etcd.ctl(...line.split(' ').slice(1));
  await etcd.put('/katod/nodes/web-1/role', 'all');
  await etcd.enableUsers([
    { name: 'web-1', password: 'first', rights: [] },
    { name: 'operator', password: 'theirs', rights: [['readwrite', '/katod/']] },
  ]);
  await etcd.ctl('user', 'grant-role', 'web-1', 'katod-web-1');
  const password = join(etcd.folder, 'password');
  writeFileSync(password, 'first\n', { mode: 0o600 });
  const { host, agent } = await start(t, {
    KATOD_ETCD: etcd.endpoint,
    KATOD_ETCD_CA: etcd.authority.ca,
    KATOD_ETCD_USERNAME: 'web-1',
    KATOD_ETCD_PASSWORD_FILE: password,
  });
  await untilContainers(host, ALL);
  await untilReady(agent);

  await t.test('it runs, and tells of itself', async (t) => {
    t.match(await agent.health(), { status: 'healthy', reasons: [] });
    t.ok(await etcd.get('/katod/cluster/id'));
    await until('the member', async () => /"name":"web-1"/.test(await etcd.get('/katod/members/web-1')), {
      within: 30_000,
    });
    await until('the status', async () => /"status"/.test(await etcd.get('/katod/status/web-1')), {
      within: 30_000,
    });
  });

  await t.test('an operator does all that operators do, and the agent may do none of it', async (t) => {
    const theirs = join(etcd.folder, 'operator');
    writeFileSync(theirs, 'theirs\n', { mode: 0o600 });
    const environment = { KATOD_ETCD_USERNAME: 'operator', KATOD_ETCD_PASSWORD_FILE: theirs };
    await etcd.put('/katod/members/web-9', '{}');
    for (const words of [
      'role web-1 one',
      'pause',
      'resume',
      'pause --cluster',
      'resume --cluster',
      'trust-store --cluster',
      'forget web-9',
      'role web-1 all',
    ]) {
      const refused = await agent.katod(words.split(' '));
      t.equal(refused.code, 1, `${words}: ${refused.stdout}`);
      t.match(refused.stderr, /user "web-1" may not/);
      const done = await agent.katod(words.split(' '), { environment });
      t.equal(done.code, 0, `${words}: ${done.stderr}`);
    }
    t.match((await agent.katod(['nodes'], { environment })).stdout, /web-1 +\S+ +\S+/);
    t.equal(await etcd.get('/katod/members/web-9'), '');
    await untilContainers(host, ALL);
  });

  await t.test('another password: told by its cause, and well again when it is right', async (t) => {
    const before = await containers(host);
    await etcd.password('web-1', 'second');
    await etcd.kill();
    await etcd.start();
    const told = await untilHealth(agent, 'the cause', ({ store }) => /password/.test(store.problem ?? ''), {
      within: 30_000,
    });
    t.match(told, { status: 'degraded', store: { reachable: false } });
    t.same(await containers(host), before);
    writeFileSync(password, 'second\n', { mode: 0o600 });
    await untilHealth(agent, 'well again', ({ store }) => store.reachable, { within: 30_000 });
    await etcd.put('/katod/nodes/web-1/role', 'one');
    await untilContainers(host, 'katod-cron running');
    await etcd.put('/katod/nodes/web-1/role', 'all');
    await untilContainers(host, ALL);
  });

  await t.test(
    'the node keys refused: that prefix alone is told, and nothing is taken for absent',
    async (t) => {
      await etcd.ctl('role', 'revoke-permission', 'katod-web-1', '--prefix=true', '/katod/nodes/web-1/');
      await etcd.kill();
      await etcd.start();
      const told = await untilHealth(
        agent,
        'the prefix',
        ({ reasons }) => reasons.some((reason) => reason.includes('/katod/nodes/web-1/')),
        { within: 30_000 },
      );
      t.match(told, { status: 'degraded', roles: ['all'], hold: null });
      t.equal((await containers(host)).length, 2);
    },
  );
});
