import t from 'tap';
import type { AgentEvent } from '../../src/report/event-ring.js';
import { assign, IMAGE, listener, SLEEPER, startNode, untilContainers } from './node.js';

t.test('apply does once what an agent would do', async (t) => {
  const node = await startNode(t, {
    components: {
      web: listener(8080),
      cron: SLEEPER,
      lost: `${SLEEPER}image: 127.0.0.1:1/none:1\n`,
      later: `${SLEEPER}after: [lost]\n`,
      other: SLEEPER,
    },
    roles: { all: ['web', 'cron'], stuck: ['lost', 'later'], spare: ['other'] },
  });
  const { host, etcd, agent } = node;
  const apply = (...more: readonly string[]) => agent.katod(['apply', ...more], { within: 150_000 });
  await assign(node, 'all');

  await t.test('not beside the agent', async (t) => {
    const { code, stdout, stderr } = await apply();
    t.equal(code, 1);
    t.match(stderr, /another agent runs on this host.*katod status/);
    t.equal(stdout, '');
  });

  await agent.kill('SIGTERM');

  await t.test('what is missing is made, line by line', async (t) => {
    await host.docker('rm', '-f', 'katod-cron');
    const { code, stdout, stderr } = await apply();
    t.equal(code, 0, stderr);
    t.match(stdout, /^\d\d:\d\d:\d\d cron: create katod-cron: it has no container$/m);
    t.match(stdout, /^settled: roles all, 2 of 2 components ready$/m);
    await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  });

  await t.test('nothing is done twice', async (t) => {
    const { code, stdout, stderr } = await apply('--json');
    t.equal(code, 0, stderr);
    const { settled, reasons, events } = JSON.parse(stdout) as {
      settled: boolean;
      reasons: readonly string[];
      events: readonly AgentEvent[];
    };
    t.ok(settled);
    t.same(reasons, []);
    t.notOk(events.some(({ kind }) => kind === 'action'));
  });

  await t.test('explain works without an agent, in a reduced way', async (t) => {
    const { code, stdout, stderr } = await agent.katod(['explain', 'web']);
    t.equal(code, 0, stderr);
    t.match(stdout, /^web: running, unknown, as wanted\nno agent answers/);
  });

  await t.test('where it can not settle in time it says what is missing', async (t) => {
    await etcd.put('/katod/nodes/web-1/role', 'all,stuck');
    const { code, stdout, stderr } = await apply('--timeout', '15s');
    t.equal(code, 1);
    t.match(stdout, /^not settled: roles .*, 2 of 4 components ready$/m);
    t.match(stderr, 'not settled within 15 s\n');
    t.match(stderr, 'katod: lost: waits for pull');
  });

  await t.test('where only an operator helps it ends at once', async (t) => {
    await host.docker('run', '-d', '--name', 'katod-other', '--stop-timeout', '1', IMAGE, 'sleep', '1000');
    await etcd.put('/katod/nodes/web-1/role', 'all,spare');
    const { code, stderr } = await apply('--timeout', '1h');
    t.equal(code, 1);
    t.match(stderr, /other: blocked: the name katod-other is held by/);
  });

  await t.test('role none is settled when all is gone, and no engine is no success', async (t) => {
    await etcd.put('/katod/nodes/web-1/role', 'none');
    t.equal((await apply()).code, 0);
    await untilContainers(host, 'katod-other running', 60_000);
    const { code, stderr } = await agent.katod(['apply', '--docker', 'unix:///nowhere.sock'], {
      within: 150_000,
    });
    t.equal(code, 1);
    t.match(stderr, /nowhere\.sock: the engine can't be reached/);
  });
});
