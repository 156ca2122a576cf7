/** The agent is killed, idle and at work, and told to end: containers never notice. */
import t from 'tap';
import type { Report } from '../../src/report/report.js';
import { untilHealth } from '../sandbox/agent.js';
import { long } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { assign, containers, startNode, untilContainers, untilReady } from './node.js';
import { ALL, three } from './three.js';

/** At work, seven places to kill it at and three roles come in turn. */
const ROUNDS = long ? 25 : 7;

t.test('the agent is killed again and again', async (t) => {
  const node = await startNode(t, three);
  const { host, etcd, agent } = node;
  await assign(node, 'all');

  await t.test('idle: no container notices', async (t) => {
    const before = await containers(host);
    for (let round = 0; round < ROUNDS; round += 1) {
      await agent.kill('SIGKILL');
      await agent.start();
    }
    const looked = ({ components }: Report) =>
      components.length === 3 && components.every(({ container }) => container);
    const first = await untilHealth(agent, 'the first look', looked, { within: 30_000 });
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
    for (let round = 0; round < ROUNDS; round += 1) {
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
    await untilContainers(host, ALL, 30_000);
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
