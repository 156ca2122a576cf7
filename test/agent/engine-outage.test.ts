import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { outputOf } from '../sandbox/command.js';
import { until } from '../sandbox/until.js';
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

const components = { web: listener(8080), cron: SLEEPER };
const roles = { web: ['web'], both: ['web', 'cron'] };

t.test('dockerd hangs for half a minute', async (t) => {
  const node = await startNode(t, { components, roles });
  const { host, etcd, agent } = node;
  await assign(node, 'web');
  const before = await containers(host);
  host.daemon.pause();
  const begun = performance.now();
  await etcd.put('/katod/nodes/web-1/role', 'both');
  const missed = untilHealth(agent, 'the engine missed', ({ engine }) => !engine.reachable, {
    within: 60_000,
  });
  const answers = new Set<number>();
  const halfAMinute = async () => {
    answers.add((await agent.get('/livez')).status);
    return performance.now() - begun >= 30_000;
  };
  await until('half a minute is over', halfAMinute, { within: 90_000 });
  t.same([...answers], [200], '/livez answers all the while');
  const report = await missed;
  t.match(report, { status: 'degraded', engine: { problem: /no answer from the engine/ } });
  t.match(report.reasons.join('\n'), /no answer from the engine/);
  host.daemon.resume();
  await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  await untilReady(agent, 60_000);
  t.same((await containers(host))[1], before[0], 'the one that ran was left alone');
  const actions = agent.logs().filter((line) => line.msg === 'action' && line.component === 'cron');
  t.same(
    actions.map((line) => line.do),
    ['create', 'start'],
    'nothing twice',
  );
});

t.test("the engine's disk is full", async (t) => {
  const node = await startNode(t, { components, roles });
  const { host, etcd, agent } = node;
  const data = join(host.folder, 'data');
  await host.daemon.stop();
  await outputOf(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', data]);
  await host.daemon.start();
  await host.load(['busybox']);
  await assign(node, 'web');
  const [web] = await containers(host);
  const fill = join(data, 'fill');
  t.throws(() => writeFileSync(fill, Buffer.alloc(64 * 1024 * 1024)), /ENOSPC/);

  await t.test('what runs goes on, and it is told what is wrong', async (t) => {
    await host.docker('tag', IMAGE, 'local/web:2').catch(() => {});
    await etcd.put('/katod/nodes/web-1/role', 'both');
    const report = await untilHealth(
      agent,
      'the full disk',
      ({ status, components }) =>
        status === 'degraded' &&
        components.some(({ name, doing }) => name === 'cron' && /no space left/.test(doing?.because ?? '')),
      { within: 60_000 },
    );
    t.match(report.reasons.join('\n'), /cron.*no space left on device/);
    t.equal((await agent.get('/livez')).status, 200);
    t.same(
      (await containers(host)).filter(({ name }) => name === 'katod-web'),
      [web],
    );
  });

  await t.test('with space again the work is done, once', async (t) => {
    rmSync(fill);
    await untilContainers(host, 'katod-cron running, katod-web running', 90_000);
    await untilReady(agent, 60_000);
    t.equal((await containers(host)).length, 2);
  });
});
