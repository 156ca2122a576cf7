import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import {
  assign,
  containers,
  IMAGE,
  inWords,
  listener,
  SLEEPER,
  startNode,
  untilContainers,
  untilReady,
} from './node.js';

const CRASHER = 'command: ["/bin/sh", "-c", "exit 3"]\nrestart: { min: 1s, max: 4s }\n';

/** Its main process lives on when its server dies. */
const DEAF = `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; httpd -p 8090; while :; do sleep 1 & wait $!; done"]
stop: { timeout: 2s }
probes:
  live: { tcp: 8090, period: 1s, failures: 2, startPeriod: 1s }
`;

t.test('what people and processes break is repaired, and the cause is told', async (t) => {
  const node = await startNode(t, {
    components: { web: listener(8080), cron: SLEEPER, crash: CRASHER, deaf: DEAF },
    roles: { web: ['web', 'cron'], broken: ['web', 'crash'], deaf: ['deaf'] },
  });
  const { host, etcd, agent } = node;
  await assign(node, 'web');
  const damages: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['killed', ['kill', 'katod-web'], /ended with exit code 137/],
    ['stopped', ['stop', 'katod-web'], /ended with exit code/],
    ['paused', ['pause', 'katod-web'], /paused/],
    ['renamed', ['rename', 'katod-web', 'mine'], /renamed it to mine/],
    ['removed', ['rm', '-f', 'katod-web'], /has no container/],
  ];
  for (const [what, command, cause] of damages) {
    await t.test(`a container ${what} by hand is repaired`, async (t) => {
      const logged = agent.logs().length;
      await host.docker(...command);
      await until(
        'the repair',
        async () =>
          agent
            .logs()
            .slice(logged)
            .some((line) => line.msg === 'action' && cause.test(String(line.because))),
        { within: 30_000 },
      );
      await untilContainers(host, 'katod-cron running, katod-web running');
      await untilReady(agent);
      const answer = await agent.get('/health/web');
      t.equal(answer.status, 200);
      t.match(answer.json, { state: 'running', health: 'ready', lastAction: { because: String } });
    });
  }

  await t.test('the exit and the restart are in the report', async (t) => {
    await host.docker('kill', 'katod-cron');
    await untilContainers(host, 'katod-cron running, katod-web running');
    const report = await untilHealth(agent, 'cron ready', ({ status }) => status === 'healthy', {
      within: 30_000,
    });
    t.match(
      report.components.find(({ name }) => name === 'cron'),
      { restarts: 1, lastExit: { code: 137 } },
    );
  });

  await t.test('a live probe that has failed for long enough restarts its container', async (t) => {
    await assign(node, 'deaf');
    const before = (await containers(host))[0]?.startedAt;
    await host.docker('exec', 'katod-deaf', 'killall', 'httpd');
    await until('a new start', async () => (await containers(host))[0]?.startedAt !== before, {
      within: 20_000,
    });
    await untilReady(agent);
    t.match((await agent.health()).components[0], {
      restarts: 1,
      lastAction: { because: /live probe fails/ },
    });
    await assign(node, 'web');
  });

  await t.test('one that ends at once backs off, visibly, and the others are untouched', async (t) => {
    await etcd.put('/katod/nodes/web-1/role', 'broken');
    const report = await untilHealth(
      agent,
      'backoff',
      ({ components }) =>
        components.some(({ name, doing }) => name === 'crash' && doing?.waits === 'backoff'),
      { within: 30_000 },
    );
    const crash = report.components.find(({ name }) => name === 'crash');
    t.match(crash, { lastExit: { code: 3 }, doing: { what: 'wait', until: /T/, because: /exit code 3/ } });
    t.match(
      report.components.find(({ name }) => name === 'web'),
      { state: 'running', health: 'ready', restarts: Number },
    );
    t.equal(report.status, 'degraded');
    t.equal((await agent.get('/health/crash')).status, 503);
    t.equal((await agent.get('/health/web')).status, 200);
  });

  await t.test('a new definition of it is tried at once', async (t) => {
    await untilHealth(
      agent,
      'the longest backoff',
      ({ components }) => (components.find(({ name }) => name === 'crash')?.restarts ?? 0) >= 3,
      { within: 20_000 },
    );
    const logged = agent.logs().length;
    await host.docker('tag', IMAGE, 'local/crash:2');
    await etcd.put('/katod/cluster/params/image.crash', 'local/crash:2');
    const { time } = await until(
      'the successor starts',
      async () =>
        agent
          .logs()
          .slice(logged)
          .find((line) => line.component === 'crash' && line.do === 'create'),
      { within: 3_000 },
    );
    t.ok(time);
  });
});

t.test('an image that does not exist: the older one keeps serving', async (t) => {
  const node = await startNode(t, { components: { web: listener(8080) }, roles: { web: ['web'] } });
  const { host, etcd, agent } = node;
  await assign(node, 'web');
  const before = await containers(host);
  await etcd.put('/katod/cluster/params/image.web', '127.0.0.1:1/no/such:1');
  const report = await untilHealth(
    agent,
    'the failed pull',
    ({ components }) => components[0]?.doing?.waits === 'pull' && components[0].doing.until !== null,
    { within: 30_000 },
  );
  t.match(report, {
    status: 'degraded',
    components: [{ state: 'running', health: 'ready', current: false }],
  });
  t.match(report.components[0]?.doing?.because, /no\/such:1/);
  t.equal((await agent.get('/readyz')).status, 503);
  t.same(await containers(host), before);

  await t.test('also when it crashes meanwhile', async () => {
    await host.docker('kill', 'katod-web');
    await until('it runs again', async () => (await inWords(host)) === 'katod-web running', {
      within: 30_000,
    });
  });

  await t.test('an image that exists replaces it, without a twin', async (t) => {
    await host.docker('tag', IMAGE, 'local/web:2');
    await etcd.put('/katod/cluster/params/image.web', 'local/web:2');
    await untilReady(agent);
    await untilContainers(host, 'katod-web running');
    t.match(await containers(host), [{ image: 'local/web:2' }]);
    t.not((await containers(host))[0]?.id, before[0]?.id);
  });
});
