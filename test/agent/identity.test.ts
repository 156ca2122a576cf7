import { writeFileSync } from 'node:fs';
import t from 'tap';
import { assign, containers, SLEEPER, startNode } from './node.js';

t.test('who the agent is', async (t) => {
  const node = await startNode(t, { components: { cron: SLEEPER }, roles: { all: ['cron'] } });
  const { host, agent } = node;
  await assign(node, 'all');
  const before = await containers(host);

  await t.test('a second agent on the same state ends with a sentence', async (t) => {
    const environment = { KATOD_LISTEN: `unix:${host.folder}/second.sock` };
    const second = await agent.katod(['agent'], { environment, within: 30_000 });
    t.equal(second.code, 1);
    t.match(second.stderr, /another agent/);
  });

  await t.test('a crash leaves no lock behind', async () => {
    await agent.kill('SIGKILL');
    await agent.start();
  });

  await t.test('another name is refused, with the remedy', async (t) => {
    await agent.kill('SIGTERM');
    const renamed = await agent.katod(['agent'], { environment: { KATOD_NODE: 'web-2' }, within: 30_000 });
    t.equal(renamed.code, 2);
    t.match(renamed.stderr, /web-1.*web-2.*identity\.json/s);
  });

  await t.test('another address is told, and nothing is touched that does not use it', async (t) => {
    await agent.start({ KATOD_ADDRESS: '10.123.0.99' });
    t.match(agent.output(), /was 10\.123\.0\.5 and is now 10\.123\.0\.99/);
    t.same(await containers(host), before);
  });

  await t.test('a state folder that cannot be used is told, and the agent runs', async (t) => {
    writeFileSync(`${host.folder}/file`, '');
    await agent.restart({ KATOD_STATE_DIR: `${host.folder}/file/state` });
    t.match(agent.output(), /state folder not usable/);
    t.equal((await agent.get('/livez')).status, 200);
    t.same(await containers(host), before);
  });
});
