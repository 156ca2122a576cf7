/** Single requests to a real engine that go wrong, in a proxy before it, and what the whole agent makes of it. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { request } from '../sandbox/request.js';
import { until } from '../sandbox/until.js';
import { containers, IMAGE, listener, SLEEPER, untilContainers, untilReady } from './node.js';
import { startProxiedNode } from './proxied-node.js';

const node = await startProxiedNode(t, {
  components: { web: listener(8080), cron: SLEEPER },
  roles: { web: ['web'], both: ['web', 'cron'] },
  engineCall: '2s',
});
const { host, etcd, agent, proxy } = node;
const role = (name: string) => etcd.put('/katod/nodes/web-1/role', name);
const IN_TIME = { within: 60_000 };

/** The node is degraded, and a component waits for this reason. */
const because = (name: string, words: RegExp) =>
  untilHealth(
    agent,
    `${name}: ${words}`,
    ({ status, components }) =>
      status === 'degraded' && words.test(components.find((one) => one.name === name)?.doing?.because ?? ''),
    IN_TIME,
  );

t.test('create is answered by silence though it happened: resolved without a twin', async (t) => {
  const swallowed: Promise<number>[] = [];
  proxy.handle((exchange) => {
    if (!exchange.path.startsWith('/containers/create') || swallowed.length > 0) return false;
    swallowed.push(exchange.swallow());
    return true;
  });
  await role('web');
  await until('the create', () => swallowed.length === 1, IN_TIME);
  t.equal(await swallowed[0], 201, 'it happened');
  await untilContainers(host, 'katod-web running', 60_000);
  await untilReady(agent, 60_000);
  const creates = agent.logs().filter((line) => line.msg === 'action' && line.do === 'create');
  t.equal(creates.length, 1, 'and was not asked for again');
});

t.test('a name that nobody in the list has is in use: the old one serves, and it is told', async (t) => {
  const before = await containers(host);
  proxy.handle((exchange) => {
    if (!exchange.path.startsWith('/containers/create')) return false;
    const message = 'Conflict. The container name "/katod-web" is already in use by container "f00d".';
    exchange.answer(409, { message });
    return true;
  });
  await host.docker('tag', IMAGE, 'local/web:2');
  await etcd.put('/katod/cluster/params/image.web', 'local/web:2');
  await because('web', /already in use/);
  const runs = async () => (await containers(host)).map(({ id, state, startedAt }) => [id, state, startedAt]);
  // At each try it is renamed, and renamed back.
  t.same(
    await runs(),
    before.map(({ id, state, startedAt }) => [id, state, startedAt]),
    'not even started anew',
  );
  proxy.handle(null);
  await until('the new one', async () => (await containers(host))[0]?.image === 'local/web:2', IN_TIME);
  await untilContainers(host, 'katod-web running', 60_000);
  await untilReady(agent, 60_000);
});

t.test(
  'a device is busy when the predecessor is to be removed: the new one runs, and it is told',
  async (t) => {
    let refused = 0;
    proxy.handle((exchange) => {
      if (exchange.method !== 'DELETE') return false;
      refused += 1;
      exchange.answer(500, {
        message: 'unable to remove filesystem for f00d: unlinkat /x: device or resource busy',
      });
      return true;
    });
    await host.docker('tag', IMAGE, 'local/web:3');
    await etcd.put('/katod/cluster/params/image.web', 'local/web:3');
    await because('web', /remove failed.*device or resource busy/);
    const words = (await containers(host)).map(({ name, state, image }) => `${name} ${state} ${image}`);
    t.equal(words.length, 2);
    t.match(words[0], /^katod-web running local\/web:3$/);
    t.match(words[1], /^katod-web-retired-\w{12} exited local\/web:2$/);
    proxy.handle(null);
    await untilContainers(host, 'katod-web running', 60_000);
    t.ok(refused > 0);
  },
);

t.test('the inspect of one container hangs: /livez answers, and the work on others goes on', async (t) => {
  const [web] = await containers(host);
  let held = 0;
  proxy.handle((exchange) => {
    if (!exchange.path.startsWith(`/containers/${web?.id}/json`)) return false;
    held += 1;
    return true;
  });
  await host.docker('restart', '--time', '0', 'katod-web');
  await until('its inspect hangs', () => held > 0, IN_TIME);
  await role('both');
  await until(
    'cron runs',
    async () =>
      (await containers(host)).some(({ name, state }) => name === 'katod-cron' && state === 'running'),
    IN_TIME,
  );
  await host.docker('kill', 'katod-cron');
  await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  t.equal((await agent.get('/livez')).status, 200);
  proxy.handle(null);
  await untilReady(agent, 60_000);
});

t.test('the stream of events is cut: what happened meanwhile is found', async () => {
  for (let round = 0; round < 3; round += 1) {
    proxy.cut();
    await host.docker('kill', 'katod-cron');
    await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  }
});

t.test(
  'the stream of events is a black hole, and 1,000 events are missed: found by the next list',
  async (t) => {
    proxy.handle((exchange) => {
      if (!exchange.path.startsWith('/events')) return false;
      exchange.begin();
      return true;
    });
    await agent.restart({ KATOD_RESYNC: '3s' });
    await untilReady(agent, 60_000);
    const begun = agent.logs().length;
    const shaken = async (name: string) => {
      await host.docker('create', '--name', name, IMAGE, 'true');
      for (let number = 0; number < 250; number += 1) {
        const [from, to] = number % 2 === 0 ? [name, `${name}-x`] : [`${name}-x`, name];
        await request(host.dockerSocket, `/containers/${from}/rename?name=${to}`, { method: 'POST' });
      }
      await host.docker('rm', name);
    };
    await Promise.all(['one', 'two', 'three', 'four'].map(shaken));
    await host.docker('kill', 'katod-cron');
    await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
    await untilReady(agent, 60_000);
    t.equal((await agent.get('/livez')).status, 200);
    const actions = agent
      .logs()
      .slice(begun)
      // That all is well is told to the other nodes some time after.
      .filter((line) => line.msg === 'action' && line.do !== 'mark' && line.do !== 'giveUp');
    t.same(
      actions.map((line) => `${line.component} ${line.do}`),
      ['cron start'],
      'nothing twice',
    );
  },
);

t.test('an engine that speaks only API 1.44 and up (a stand-in) is agreed with, and served', async (t) => {
  const spoken = new Set<string>();
  proxy.handle((exchange) => {
    const { path, version } = exchange;
    if (path === '/version') {
      exchange.answer(200, { Version: '29.0.0', ApiVersion: '1.52', MinAPIVersion: '1.44' });
    } else if (version !== null && Number(version.split('.')[1]) < 44) {
      const message = `client version ${version} is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version`;
      exchange.answer(400, { message });
    } else {
      if (version !== null) spoken.add(version);
      exchange.pass(version === null ? undefined : '1.41');
    }
    return true;
  });
  await agent.restart();
  await role('none');
  await untilContainers(host, '', 60_000);
  await role('both');
  await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  await untilReady(agent, 60_000);
  t.match((await agent.health()).engine, { reachable: true, version: '29.0.0', api: '1.51' });
  await host.docker('kill', 'katod-cron');
  await untilContainers(host, 'katod-cron running, katod-web running', 60_000);
  t.same([...spoken], ['1.51']);
});
