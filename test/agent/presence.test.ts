import t from 'tap';
import { startAgent, untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { assign, SLEEPER, startNode, untilContainers, untilReady } from './node.js';

t.test('a node is present in the cluster', async (t) => {
  const node = await startNode(t, { components: { cron: SLEEPER }, roles: { all: ['cron'] } });
  const { host, etcd, agent } = node;
  const status = () => etcd.get('/katod/status/web-1');
  await assign(node, 'all');

  await t.test('its member and its status are told, and small', async (t) => {
    await until('healthy', async () => /"status":"healthy"/.test((await status()) ?? ''), { within: 30_000 });
    t.ok(Buffer.byteLength((await status()) ?? '') < 4096);
    const member = JSON.parse((await etcd.get('/katod/members/web-1')) ?? '{}');
    t.match(member, { name: 'web-1', address: '10.123.0.5', roles: ['all'], version: /\d/ });
    const nodes = await agent.katod(['nodes']);
    t.match(nodes.stdout, /web-1 +10\.123\.0\.5 +all +healthy/);
  });

  await t.test('the status goes with the agent that is told to end, the member stays', async (t) => {
    await agent.kill('SIGTERM');
    t.equal(await status(), undefined);
    t.match((await agent.katod(['nodes'])).stdout, /web-1 +10\.123\.0\.5 +all +away/);
    await agent.start();
    await until('the status', status, { within: 30_000 });
  });

  await t.test(
    'a lease that is lost while the agent stands still: back by itself, and no container notices',
    async (t) => {
      const before = await host.docker('inspect', '--format', '{{.State.StartedAt}}', 'katod-cron');
      const [lease] = (await etcd.ctl('lease', 'list')).trim().split('\n').slice(-1);
      agent.pause();
      await etcd.ctl('lease', 'revoke', String(lease));
      await until('gone', async () => (await status()) === undefined, { within: 30_000 });
      agent.resume();
      await until('the status again', status, { within: 60_000 });
      t.equal(await host.docker('inspect', '--format', '{{.State.StartedAt}}', 'katod-cron'), before);
    },
  );

  await t.test('who is alive is not forgotten; who is gone is', async (t) => {
    t.equal((await agent.katod(['forget', 'web-1'])).code, 1);
    await etcd.put('/katod/rolls/web/d1/web-1', 'failed');
    await etcd.put('/katod/rolls/web/d1/web-10', 'failed');
    const tried = await agent.katod(['forget', 'web-1', '--json']);
    t.same(
      JSON.parse(tried.stdout),
      { node: 'web-1', forgotten: false, rolls: 1 },
      'but for what failed there',
    );
    t.same(Object.keys(await etcd.list('/katod/rolls/')), ['/katod/rolls/web/d1/web-10']);
    await etcd.put('/katod/slots/web/0', '{"holder":"web-1","component":"web","since":"now","why":"a test"}');
    t.match(
      (await agent.katod(['nodes'])).stdout,
      /web-1 .*\n(.*\n)*? +holds slot web\/0 for web since now: a test/,
    );
    await etcd.del('/katod/slots/web/0');
    await etcd.put('/katod/members/web-9', '{}');
    t.equal((await agent.katod(['forget', 'web-9'])).code, 0);
    t.equal(await etcd.get('/katod/members/web-9'), undefined);
  });

  await t.test('a node goes by force, although another one holds the slot', async (t) => {
    await etcd.put(
      '/katod/slots/cron/0',
      '{"holder":"web-9","component":"cron","since":"now","why":"a test"}',
    );
    t.equal((await agent.katod(['role', 'web-1', 'none'])).code, 0);
    await untilHealth(agent, 'it waits', ({ components }) => components[0]?.doing?.waits === 'slot', {
      within: 30_000,
    });
    t.equal((await agent.katod(['role', 'web-1', 'none', '--force'])).code, 0);
    await untilContainers(host, '', 30_000);
    await etcd.del('/katod/slots/cron/0');
    t.equal((await agent.katod(['role', 'web-1', 'all', '--force'])).code, 2);
    t.equal((await agent.katod(['role', 'web-1', 'all'])).code, 0);
    t.equal(await etcd.get('/katod/nodes/web-1/force'), undefined, 'the next role is without force');
    await untilReady(agent, 30_000);
  });

  await t.test('a second host under the name holds until the first is gone', async (t) => {
    await agent.kill('SIGTERM');
    const member = JSON.parse((await etcd.get('/katod/members/web-1')) ?? '{}');
    const twin = { ...member, machineId: '0123456789abcdef0123456789abcdef', address: '10.9.9.9' };
    await etcd.put('/katod/members/web-1', JSON.stringify(twin));
    await etcd.put('/katod/status/web-1', '{}');
    await etcd.put('/katod/nodes/web-1/role', 'none');
    const second = await startAgent({
      host,
      name: 'second',
      settings: {
        ...agent.environment,
        KATOD_LISTEN: `unix:${host.folder}/second.sock`,
        KATOD_STATE_DIR: `${host.folder}/second-state`,
      },
    });
    t.teardown(() => second.close());
    await untilHealth(second, 'the hold', ({ hold }) => /another host.*10\.9\.9\.9/.test(hold ?? ''), {
      within: 30_000,
    });
    await untilContainers(host, 'katod-cron running');
    await etcd.del('/katod/status/web-1');
    await untilContainers(host, '');
    t.equal((await second.health()).hold, null);
  });
});
