import { cpSync, rmSync } from 'node:fs';
import t from 'tap';
import type { Report } from '../../src/report/report.js';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import {
  assign,
  containers,
  listener,
  SLEEPER,
  startNode,
  type TestNode,
  untilContainers,
  untilReady,
} from './node.js';

const components = { web: listener(8080), cron: SLEEPER };
const roles = { all: ['web', 'cron'], one: ['cron'] };
const ALL = 'katod-cron running, katod-web running';

/** A hold for this reason, and the containers as they were. */
async function held({ agent, host }: TestNode, why: RegExp): Promise<void> {
  await untilHealth(
    agent,
    `a hold: ${why}`,
    ({ hold, status }) => hold !== null && why.test(hold) && status === 'degraded',
    { within: 20_000 },
  );
  await untilContainers(host, ALL);
}

t.test('a store that must not be followed', async (t) => {
  const node = await startNode(t, { components, roles });
  const { host, etcd, agent } = node;
  await assign(node, 'all');
  const id = await etcd.get('/katod/cluster/id');
  t.ok(id, 'the id is written by whoever is first');
  t.match(
    await host.docker('inspect', '--format', '{{json .Config.Labels}}', 'katod-web'),
    new RegExp(String(id).trim()),
  );
  const before = (await containers(host)).map(({ id }) => id);

  await t.test('its keys deleted: held at once, and what crashes heals', async (t) => {
    await etcd.del('/katod/', { prefix: true });
    await held(node, /has lost \/katod\/cluster\/id/);
    await host.docker('kill', 'katod-web');
    await untilContainers(host, ALL);
    await untilReady(agent);
    t.same(
      (await containers(host)).map(({ id }) => id),
      before,
    );
    t.match(await agent.health(), { store: { reachable: true, from: 'disk' } });
  });

  await t.test(
    'without a last known good the labels of its containers tell, and no id is written',
    async (t) => {
      const { stateDir } = agent;
      await agent.restart({ KATOD_STATE_DIR: `${stateDir}-fresh` });
      await held(node, /has lost \/katod\/cluster\/id/);
      t.equal(await etcd.get('/katod/cluster/id'), undefined);
      await agent.kill('SIGTERM');
      const plan = await agent.katod(['plan']);
      t.match(plan, {
        code: 0,
        stdout: 'nothing to do\n',
        stderr: /without the store and .*, since the store has lost/,
      });
      await agent.start({ KATOD_STATE_DIR: stateDir });
      t.same(
        (await containers(host)).map(({ id }) => id),
        before,
      );
    },
  );

  await t.test('the hold outlives the agent, and trust-store ends it', async (t) => {
    await agent.restart();
    await held(node, /has lost/);
    await etcd.put('/katod/nodes/web-1/role', 'one');
    t.equal((await agent.katod(['trust-store'])).code, 0);
    await untilContainers(host, 'katod-cron running');
    await untilHealth(agent, 'no hold', ({ hold }) => hold === null, { within: 30_000 });
    t.ok(await etcd.get('/katod/cluster/id'), 'the store has an id again');
    await assign(node, 'all');
  });

  await t.test("another cluster's store: held, until a fresh word in it", async (t) => {
    await etcd.put('/katod/cluster/trust', 'an-old-word-of-theirs');
    await etcd.put('/katod/cluster/id', 'theirs');
    await held(node, /another cluster's: .* is theirs/);
    await etcd.put('/katod/nodes/web-1/role', 'one');
    await held(node, /another cluster's/);
    t.equal((await agent.katod(['trust-store', '--cluster'])).code, 0);
    await untilContainers(host, 'katod-cron running');
    t.equal((await agent.health()).hold, null);
    await assign(node, 'all');
  });

  await t.test('held and then away: trusted as it was read, and still told to be away', async (t) => {
    await etcd.put('/katod/cluster/id', 'a-third');
    await held(node, /is a-third/);
    await etcd.kill();
    const away = ({ store }: Report) => !store.reachable;
    await untilHealth(agent, 'both are told', (report) => away(report) && report.hold !== null, {
      within: 20_000,
    });
    t.equal((await agent.katod(['trust-store'])).code, 0);
    const report = await untilHealth(agent, 'no hold', ({ hold }) => hold === null, { within: 20_000 });
    t.ok(away(report));
    await etcd.start();
    await untilHealth(agent, 'back', ({ store, hold }) => store.reachable && hold === null, {
      within: 30_000,
    });
    await untilContainers(host, ALL);
  });

  await t.test('an empty etcd in its place', async () => {
    await etcd.kill();
    await etcd.start({ empty: true });
    await held(node, /has lost|another cluster's|made anew/);
    await agent.katod(['trust-store']);
    await untilHealth(agent, 'no hold', ({ hold, roles }) => hold === null && roles[0] === 'all', {
      within: 20_000,
    });
    await untilContainers(host, ALL);
    await until('it tells of itself again', () => etcd.get('/katod/members/web-1'), { within: 20_000 });
  });

  await t.test("yesterday's backup: held for going back in time", async (t) => {
    await assign(node, 'all');
    await etcd.stop();
    cpSync(etcd.data, `${etcd.data}.backup`, { recursive: true });
    await etcd.start();
    for (let round = 0; round < 5; round += 1) await etcd.put('/katod/cluster/params/word', `w${round}`);
    const revision = await etcd.revisionOf('/katod/cluster/params/word');
    await until('the last word seen', async () => Number((await agent.health()).store.revision) >= revision, {
      within: 30_000,
    });
    await etcd.stop();
    rmSync(etcd.data, { recursive: true });
    cpSync(`${etcd.data}.backup`, etcd.data, { recursive: true });
    await etcd.start();
    await held(node, /went back in time/);
    t.equal((await agent.katod(['trust-store', '--cluster'])).code, 0);
    await untilHealth(agent, 'no hold', ({ hold }) => hold === null, { within: 30_000 });
  });
});
