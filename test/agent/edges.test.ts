import { writeFileSync } from 'node:fs';
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

t.test('what is not ours is in the way, and is never touched', async (t) => {
  const node = await startNode(t, {
    components: { web: listener(8080), cron: SLEEPER },
    roles: { all: ['web', 'cron'] },
  });
  const { host, etcd, agent } = node;
  const sleep = ['--stop-timeout', '1', IMAGE, 'sleep', '1000'];
  await host.docker('run', '-d', '--name', 'katod-cron', ...sleep);
  await host.docker('run', '-d', '--name', 'other', '--network', 'host', IMAGE, 'httpd', '-f', '-p', '8080');
  const foreign = await containers(host);
  await etcd.put('/katod/nodes/web-1/role', 'all');
  const report = await untilHealth(
    agent,
    'both blocked',
    ({ components }) => components.length === 2 && components.every(({ state }) => state === 'blocked'),
    { within: 30_000 },
  );
  t.match(report.reasons, [
    /cron: blocked: the name katod-cron is held by container katod-cron/,
    /web: blocked: port tcp\/8080 is held by container other/,
  ]);
  t.equal(report.status, 'degraded');
  const left = await containers(host);
  t.same(
    left.filter(({ name }) => name !== 'katod-web'),
    foreign,
  );

  await t.test('when they go, the work goes on', async () => {
    await host.docker('rename', 'katod-cron', 'theirs');
    await host.docker('rm', '-f', 'other');
    await untilContainers(host, 'katod-cron running, katod-web running, theirs running');
    await untilReady(agent);
  });

  await t.test('a container of another node is somebody else', async () => {
    await host.docker(
      'run',
      '-d',
      '--name',
      'xyz',
      '--label',
      'io.katod.node=web-2',
      '--label',
      'io.katod.component=x',
      ...sleep,
    );
    await etcd.put('/katod/nodes/web-1/role', 'none');
    await untilContainers(host, 'theirs running, xyz running');
  });
});

t.test('a definition that is refused blocks itself alone, with what to do', async (t) => {
  const components = {
    good: SLEEPER,
    typo: `${SLEEPER}comand: [x]\n`,
    round: `${SLEEPER}after: [about]\n`,
    about: `${SLEEPER}after: [round]\n`,
    first: listener(9000),
    second: listener(9000),
    unset: `${SLEEPER}env: { X: "{{ params.nosuch }}" }\n`,
  };
  const roles = { all: [...Object.keys(components), 'ghost'] };
  const node = await startNode(t, { components, roles });
  const { host, etcd, agent } = node;
  await etcd.put('/katod/nodes/web-1/role', 'all');
  await untilContainers(host, 'katod-first running, katod-good running');
  const report = await untilHealth(
    agent,
    'both run',
    ({ components }) => components.filter(({ health }) => health === 'ready').length === 2,
    { within: 30_000 },
  );
  const invalid = report.components.filter(({ state }) => state === 'invalid').map(({ name }) => name);
  t.same(invalid, ['about', 'ghost', 'round', 'second', 'typo', 'unset']);
  t.equal(report.status, 'degraded');
  t.match(
    report.reasons.find((line) => line.startsWith('typo')),
    /comand/,
  );
  t.match(
    report.reasons.find((line) => line.startsWith('second')),
    /9000.*first|first.*9000/,
  );
  t.match(
    report.reasons.find((line) => line.startsWith('unset')),
    /nosuch/,
  );
});

t.test('the local endpoint', async (t) => {
  const node = await startNode(t, { components: { cron: SLEEPER }, roles: { all: ['cron'] } });
  const { host, agent } = node;
  await assign(node, 'all');

  await t.test('answers to its names only', async (t) => {
    t.equal((await agent.get('/health', { headers: { host: 'evil.example' } })).status, 421);
    t.equal((await agent.get('/health', { headers: { host: 'web-1:7117' } })).status, 200);
    t.equal((await agent.get('/health/nosuch')).status, 404);
  });

  await t.test('where somebody listens already, the agent ends with a sentence', async (t) => {
    const environment = { KATOD_STATE_DIR: `${agent.stateDir}-second` };
    const second = await agent.katod(['agent'], { environment, within: 30_000 });
    t.equal(second.code, 1);
    t.match(second.stderr, /katod\.sock.*in use/);
  });

  await t.test('every setting wrong at once: all are named', async (t) => {
    const environment = {
      KATOD_NODE: 'Not A Node',
      KATOD_RESYNC: 'soon',
      KATOD_LISTEN: 'nowhere',
      KATOD_ETCD: 'ftp://x',
      KATOD_LOG_LEVEL: 'loud',
    };
    const { code, stderr } = await agent.katod(['agent'], { environment, within: 30_000 });
    t.equal(code, 2);
    for (const name of Object.keys(environment)) t.match(stderr, new RegExp(`^${name}: `, 'm'));
  });

  await t.test('the commands tell the same', async (t) => {
    t.equal((await agent.katod(['healthcheck'])).code, 0);
    const status = await agent.katod(['status']);
    t.equal(status.code, 0);
    t.match(status.stdout, /healthy[\s\S]*cron +running +ready/);
    t.match((await agent.katod(['plan'])).stdout, /nothing to do/);
    t.match((await agent.katod(['role', 'web-1'])).stdout, /all/);
    t.equal((await agent.katod(['role', 'web-1', 'nosuch'])).code, 2);
    t.equal((await agent.katod(['role', 'web-1', 'none'])).code, 0);
    await untilContainers(host, '');
  });

  await t.test('without an agent, plan works out what one would do', async (t) => {
    await agent.kill('SIGTERM');
    t.equal((await agent.katod(['role', 'web-1', 'all'])).code, 0);
    const plan = await agent.katod(['plan']);
    t.equal(plan.code, 3);
    t.match(plan.stdout, /cron: create katod-cron/);
    t.same(await containers(host), []);
    t.equal((await agent.katod(['status'])).code, 1);
    t.equal((await agent.katod(['healthcheck'])).code, 1);
  });
});

t.test('a file as the store', async (t) => {
  const node = await startNode(t, {
    components: { cron: SLEEPER, web: listener(8080) },
    roles: { one: ['cron'], two: ['web'] },
  });
  const { host, agent } = node;
  const path = `${host.folder}/desired.yaml`;
  const write = (text: string) => writeFileSync(path, text);
  write('nodes/web-1/role: one\n');
  await agent.restart({ KATOD_STORE: `file:${path}` });
  await untilContainers(host, 'katod-cron running');
  await untilReady(agent);
  write('nodes/web-1/role: [one\n');
  const broken = await untilHealth(agent, 'the broken file', ({ store }) => !store.reachable, {
    within: 30_000,
  });
  t.match(broken, { status: 'degraded', store: { kind: 'file', problem: /desired\.yaml/ } });
  t.equal((await agent.get('/readyz')).status, 200);
  write('nodes/web-1/role: two\n');
  await untilContainers(host, 'katod-web running');
  t.match(await agent.health(), { store: { kind: 'file', reachable: true, from: 'file' } });
});
