import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { assign, containers, listener, SLEEPER, startNode, untilContainers, untilReady } from './node.js';

const components = {
  db: `${listener(2181)}volumes: { data: /data }\n`,
  web: listener(8080, 'after: [db]\n'),
  cron: SLEEPER,
};

t.test('a node follows its role', async (t) => {
  const node = await startNode(t, { components, roles: { master: ['db', 'web'], edge: ['cron'] } });
  const { host, etcd, agent } = node;

  await t.test('without a role it runs nothing, and says so', async (t) => {
    const report = await untilHealth(agent, 'unassigned', ({ status }) => status === 'unassigned', {
      within: 30_000,
    });
    t.match(report.reasons, [/etcdctl put \/katod\/nodes\/web-1\/role/]);
    t.equal((await agent.get('/readyz')).status, 503);
    t.same(await containers(host), []);
  });

  await t.test('the role set, its components run in order and the node is ready', async (t) => {
    await assign(node, 'master');
    const [db, web] = await containers(host);
    t.match(
      [db, web],
      [
        { name: 'katod-db', state: 'running' },
        { name: 'katod-web', state: 'running' },
      ],
    );
    t.ok((db?.startedAt ?? '') < (web?.startedAt ?? ''), 'db started before web');
    t.match(await agent.health(), { status: 'healthy', roles: ['master'], store: { from: 'etcd' } });
  });

  await t.test('several roles make the union', async () => {
    await assign(node, 'master,edge');
    await untilContainers(host, 'katod-cron running, katod-db running, katod-web running');
  });

  await t.test('a role that is taken away takes its components with it', async () => {
    await assign(node, ' master\n');
    await untilContainers(host, 'katod-db running, katod-web running');
  });

  const before = await containers(host);
  const bad = {
    'a typo in the role': 'mastr',
    'an empty value': '',
    'a binary value': Buffer.from([0xff, 0xfe, 0x00, 0x81]),
    'a megabyte of garbage': 'x'.repeat(1_000_000),
    'a list with an unknown one': 'master,nosuch',
  };
  for (const [what, value] of Object.entries(bad)) {
    await t.test(`${what} changes nothing that runs and is told`, async (t) => {
      await etcd.put('/katod/nodes/web-1/role', value);
      const degraded = await untilHealth(agent, 'degraded', ({ status }) => status === 'degraded', {
        within: 30_000,
      });
      t.match(degraded.reasons, [/^\/katod\/nodes\/web-1\/role: .*etcdctl put/s]);
      t.same(degraded.roles, ['master']);
      t.equal((await agent.get('/readyz')).status, 200);
      t.same(await containers(host), before);
      await etcd.put('/katod/nodes/web-1/role', 'master');
      await untilHealth(agent, 'healthy again', ({ status }) => status === 'healthy', { within: 30_000 });
    });
  }

  await t.test('the key deleted: the last role stays in force, other keys are followed', async (t) => {
    await etcd.del('/katod/nodes/web-1/role');
    await etcd.put('/katod/cluster/params/word', 'two');
    const revision = await etcd.revisionOf('/katod/cluster/params/word');
    const report = await untilHealth(
      agent,
      'the deletion seen',
      ({ store }) => Number(store.revision) >= Number(revision),
      {
        within: 30_000,
      },
    );
    t.match(report, { status: 'healthy', roles: ['master'] });
    t.same(await containers(host), before);
  });

  await t.test('none: stopped in reverse order, volumes kept; and back: the same data', async (t) => {
    await host.docker('exec', 'katod-db', 'sh', '-c', 'echo precious > /data/file');
    await assign(node, 'none');
    await untilContainers(host, '');
    const order = agent.logs().flatMap((line) => (line.do === 'stop' ? [line.component] : []));
    t.same(order.slice(-2), ['web', 'db']);
    t.match(await host.docker('volume', 'ls', '-q'), /^katod-db-data$/m);
    await assign(node, 'master');
    t.equal((await host.docker('exec', 'katod-db', 'cat', '/data/file')).trim(), 'precious');
  });

  await t.test('settled, passes change nothing, write nothing and log nothing', async (t) => {
    await untilReady(agent);
    // What is there may be of a healthy time before: the one of now was written after the log said so.
    const since = String(agent.logs().findLast(({ to }) => to === 'healthy')?.time);
    const told = async () => {
      const { at, status } = JSON.parse((await etcd.get('/katod/status/web-1')) ?? '{}');
      const member = JSON.parse((await etcd.get('/katod/members/web-1')) ?? '{}');
      return status === 'healthy' && at >= since && String(member.roles) === 'master';
    };
    await until('the node has told of itself', told, { within: 20_000 });
    const seen = await containers(host);
    const revision = await etcd.revision();
    const logged = agent.logs().length;
    for (let pass = 0; pass < 20; pass += 1)
      t.equal((await agent.get('/v1/reconcile', { method: 'POST' })).status, 202);
    t.match((await agent.get('/v1/plan')).json, { actions: [], waiting: [], stuck: [] });
    t.same(await containers(host), seen);
    t.equal(await etcd.revision(), revision);
    t.same(agent.logs().slice(logged), []);
  });
});
