import t from 'tap';
import type { Report } from '../../src/report/report.js';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { assign, containers, listener, SLEEPER, startNode, untilContainers, untilReady } from './node.js';

const components = { db: listener(2181), web: listener(8080, 'after: [db]\n'), cron: SLEEPER };
const roles = { all: ['db', 'web', 'cron'] };
const ALL = 'katod-cron running, katod-db running, katod-web running';

t.test('the agent is killed again and again', async (t) => {
  const node = await startNode(t, { components, roles });
  const { host, etcd, agent } = node;
  await assign(node, 'all');

  await t.test('idle: no container notices', async (t) => {
    const before = await containers(host);
    for (let round = 0; round < 25; round += 1) {
      await agent.kill('SIGKILL');
      await agent.start();
    }
    const looked = ({ components }: Report) =>
      components.length === 3 && components.every(({ container }) => container);
    const first = await untilHealth(agent, 'the first look', looked, { within: 5_000 });
    t.same(
      first.components.map(({ health }) => health),
      ['ready', 'ready', 'ready'],
      'verdicts outlive the agent',
    );
    await untilReady(agent);
    t.same(await containers(host), before);
    t.equal((await agent.health()).status, 'healthy');
  });

  await t.test('at work: one running container per component, soon after the last', async (t) => {
    for (let round = 0; round < 25; round += 1) {
      await etcd.put('/katod/cluster/params/word', `w${round}`);
      await etcd.put('/katod/nodes/web-1/role', round % 3 === 2 ? 'none' : 'all');
      const begun = agent.logs().length;
      // Not always at the same place: after a number of actions that differs by the round.
      await until('work', async () => agent.logs().length > begun + (round % 7), { within: 5_000 }).catch(
        () => {},
      );
      await agent.kill('SIGKILL');
      await agent.start();
    }
    await etcd.put('/katod/nodes/web-1/role', 'all');
    await untilContainers(host, ALL, 10_000);
    await untilReady(agent);
    t.pass();
  });

  await t.test('SIGTERM ends it in order and leaves the containers', async (t) => {
    const before = await containers(host);
    const exit = await agent.kill('SIGTERM');
    t.equal(exit.code, 0);
    t.same(await containers(host), before);
    await agent.start();
  });
});

t.test('dockerd is restarted six times', async (t) => {
  const node = await startNode(t, { components, roles });
  const { host, agent } = node;
  await assign(node, 'all');
  for (let round = 0; round < 6; round += 1) {
    if (round % 2 === 0) await host.daemon.kill();
    else await host.daemon.stop();
    await untilHealth(agent, 'the engine missed', ({ engine }) => !engine.reachable, { within: 20_000 });
    t.equal((await agent.get('/livez')).status, 200);
    await host.daemon.start();
    await untilContainers(host, ALL, 10_000);
  }
  await untilReady(agent);
  t.equal((await containers(host)).length, 3, 'nothing twice');
});

t.test('the store goes away', async (t) => {
  const node = await startNode(t, { components, roles });
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
    await untilContainers(host, ALL, 5_000);
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
    await untilContainers(host, '', 15_000);
    await assign(node, 'all');
  });

  await t.test('compacted while cut off: the end state is acted on', async () => {
    await etcd.pause();
    await untilHealth(agent, 'the store missed', ({ store }) => !store.reachable, { within: 25_000 });
    await etcd.resume();
    for (let round = 0; round < 20; round += 1) await etcd.put('/katod/cluster/params/word', `w${round}`);
    await etcd.put('/katod/nodes/web-1/role', 'none');
    await etcd.compact();
    await untilContainers(host, '', 15_000);
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
        within: 10_000,
      });
      t.match(report, { status: 'degraded', store: { from: null } });
      t.equal((await agent.get('/readyz')).status, 503);
    },
  );
});
