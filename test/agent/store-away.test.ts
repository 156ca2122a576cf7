/** The store goes away, and what happened meanwhile is acted on when it is back. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { assign, containers, startNode, untilContainers, untilReady } from './node.js';
import { ALL, three } from './three.js';

t.test('the store goes away', async (t) => {
  const node = await startNode(t, three);
  const { host, etcd, agent } = node;
  await assign(node, 'all');
  const before = await containers(host);

  await t.test('killed: containers stay, crashes heal, it is told', async (t) => {
    await etcd.kill();
    const report = await untilHealth(agent, 'the store missed', ({ store }) => !store.reachable, {
      within: 20_000,
    });
    t.match(report, { status: 'degraded', store: { from: 'disk', problem: /^store unreachable/ } });
    t.equal((await agent.get('/readyz')).status, 200);
    t.same(await containers(host), before);
    await host.docker('kill', 'katod-web');
    await untilContainers(host, ALL, 30_000);
  });

  await t.test('the agent starts from disk meanwhile', async (t) => {
    await host.docker('stop', 'katod-cron');
    await agent.kill('SIGKILL');
    await host.docker('kill', 'katod-db');
    await agent.start();
    await untilContainers(host, ALL);
    await untilReady(agent);
    t.match(await agent.health(), { roles: ['all'], store: { from: 'disk' } });
  });

  await t.test('back: a change made afterwards is seen', async () => {
    await etcd.start();
    await etcd.put('/katod/nodes/web-1/role', 'none');
    await untilContainers(host, '', 30_000);
    await assign(node, 'all');
  });

  await t.test('compacted while cut off: the end state is acted on', async () => {
    await etcd.pause();
    await untilHealth(agent, 'the store missed', ({ store }) => !store.reachable, { within: 25_000 });
    await etcd.resume();
    for (let round = 0; round < 20; round += 1) await etcd.put('/katod/cluster/params/word', `w${round}`);
    await etcd.put('/katod/nodes/web-1/role', 'none');
    await etcd.compact();
    await untilContainers(host, '', 30_000);
  });

  await t.test(
    'away at boot without a last known good: nothing is begun, and own exited ones start',
    async (t) => {
      await assign(node, 'all');
      await agent.kill('SIGKILL');
      await etcd.kill();
      await host.docker('kill', 'katod-db');
      await agent.start({ KATOD_STATE_DIR: `${agent.stateDir}-fresh` });
      await untilContainers(host, ALL);
      const report = await untilHealth(agent, 'the reason', ({ store }) => !store.reachable, {
        within: 30_000,
      });
      t.match(report, { status: 'degraded', store: { from: null } });
      t.equal((await agent.get('/readyz')).status, 503);
    },
  );
});
