/** The engine is killed and restarted: what ran runs again, once. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { long } from '../sandbox/long.js';
import { assign, containers, startNode, untilContainers, untilReady } from './node.js';
import { ALL, three } from './three.js';

const ROUNDS = long ? 8 : 3;

t.test('dockerd is killed and stopped in turn, and started again', async (t) => {
  const node = await startNode(t, three);
  const { host, agent } = node;
  await assign(node, 'all');
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) await host.daemon.kill();
    else await host.daemon.stop();
    await untilHealth(agent, 'the engine missed', ({ engine }) => !engine.reachable, { within: 20_000 });
    t.equal((await agent.get('/livez')).status, 200);
    await host.daemon.start();
    await untilContainers(host, ALL, 30_000);
  }
  await untilReady(agent);
  t.equal((await containers(host)).length, 3, 'nothing twice');
});
