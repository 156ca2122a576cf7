import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import {
  assign,
  containers,
  IMAGE,
  listener,
  SLEEPER,
  startNode,
  untilContainers,
  untilReady,
} from './node.js';

t.test('a paused node', async (t) => {
  const node = await startNode(t, {
    components: { web: listener(8080), cron: SLEEPER },
    roles: { all: ['web', 'cron'], one: ['web'] },
  });
  const { host, etcd, agent } = node;
  await assign(node, 'all');
  await host.docker('tag', IMAGE, 'local/web:2');
  const before = await containers(host);
  const paused = (how: boolean | 'all') =>
    untilHealth(agent, `paused: ${how}`, (report) => report.paused === how, { within: 30_000 });

  await t.test('replaces and removes nothing, starts what ends, and is ready all the same', async (t) => {
    t.equal((await agent.katod(['pause'])).code, 0);
    t.match(await paused(true), { status: 'paused', reasons: [/katod resume/] });
    await etcd.put('/katod/cluster/params/image.web', 'local/web:2');
    await etcd.put('/katod/nodes/web-1/role', 'one');
    await host.docker('kill', 'katod-web');
    await untilHealth(
      agent,
      'the restart',
      ({ components }) =>
        components.some(
          ({ name, restarts, state }) => name === 'web' && restarts === 1 && state === 'running',
        ),
      { within: 30_000 },
    );
    t.same(
      (await containers(host)).map(({ id }) => id),
      before.map(({ id }) => id),
    );
  });

  await t.test('stays so through an agent restart', async (t) => {
    await agent.restart();
    await paused(true);
    t.equal((await containers(host)).length, 2);
  });

  await t.test('all: hands off', async (t) => {
    t.equal((await agent.katod(['pause', '--all', '--cluster'])).code, 0);
    await paused('all');
    await host.docker('kill', 'katod-web');
    await untilHealth(
      agent,
      'the end seen',
      ({ components }) => components.some(({ name, state }) => name === 'web' && state === 'exited'),
      { within: 30_000 },
    );
    t.match((await agent.get('/v1/plan')).json, { actions: [] });
    await agent.restart();
    await paused('all');
    t.equal((await containers(host)).find(({ name }) => name === 'katod-web')?.state, 'exited');
  });

  await t.test('a word that is none leaves it as it was', async (t) => {
    await etcd.put('/katod/cluster/paused', 'maybe');
    const report = await untilHealth(agent, 'told', ({ status }) => status === 'degraded', {
      within: 30_000,
    });
    t.match(report, { paused: 'all', reasons: [/paused/, /maybe/] });
  });

  await t.test('resumed, it catches up', async (t) => {
    t.equal((await agent.katod(['resume', '--cluster'])).code, 0);
    await paused(true);
    t.equal((await agent.katod(['pause', '--cluster'])).code, 0);
    t.equal((await agent.katod(['resume'])).code, 0);
    const revision = await etcd.revisionOf('/katod/nodes/web-1/paused');
    const still = await untilHealth(agent, 'seen', ({ store }) => Number(store.revision) >= revision, {
      within: 30_000,
    });
    t.equal(still.paused, true, 'the cluster is');
    t.equal((await containers(host)).length, 2);
    t.equal((await agent.katod(['resume', '--cluster'])).code, 0);
    await untilContainers(host, 'katod-web running');
    await untilReady(agent);
    t.match(await containers(host), [{ image: 'local/web:2' }]);
  });
});
