import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { assign, containers, IMAGE, SLEEPER, untilContainers, untilReady } from './node.js';
import { startStoreNode, WITHIN } from './store-definitions.js';

t.test('definitions and roles of the store', async (t) => {
  const { node, host, etcd, agent, inspect, put, ...until } = await startStoreNode(t);
  const { untilEnv, untilRefused, untilAccepted } = until;
  await assign(node, 'all');
  const shipped = await inspect('web', '{{index .Config.Labels "io.katod.digest"}}');

  await t.test('one put: the container is replaced; deleted: back to the shipped one', async (t) => {
    await put('web', 'env: { WORD: from-the-store }');
    await untilEnv('web', 'WORD=from-the-store', true);
    await etcd.del('/katod/cluster/components/web');
    await untilEnv('web', 'WORD=from-the-store', false);
    t.equal(await inspect('web', '{{index .Config.Labels "io.katod.digest"}}'), shipped);
  });

  await t.test('a role with a new component: refused until there is a definition of it', async (t) => {
    await etcd.put('/katod/cluster/roles/fresh', 'guard,cron');
    await untilHealth(
      agent,
      'an unknown component',
      ({ reasons }) =>
        reasons.some((reason) => /cluster\/roles\/fresh: there is no component "cron"/.test(reason)),
      WITHIN,
    );
    await put('cron', `image: ${IMAGE}\n${SLEEPER}`);
    await etcd.put('/katod/nodes/web-1/role', 'fresh');
    await untilContainers(host, 'katod-cron running, katod-guard running', 30_000);
    await untilReady(agent, 30_000);
    const { stdout } = await agent.katod(['roles']);
    t.match(stdout, /^core +all +one +fresh$/m);
    t.match(stdout, /^cron +- +- +x$/m);
    t.match((await agent.katod(['role', 'web-1', 'frsh'])).stderr, /did you mean fresh\?/);
  });

  await t.test('its definition deleted while the role names it: what runs is kept', async () => {
    await etcd.del('/katod/cluster/components/cron');
    await untilRefused('cron', /there is no definition of it/);
    await put('cron', `image: ${IMAGE}\n${SLEEPER}`);
    await untilAccepted('cron');
    await assign(node, 'all');
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
  });

  await t.test('the last known good has them, through an outage of etcd and a restart', async (t) => {
    await put('web', 'env: { WORD: kept }');
    await untilEnv('web', 'WORD=kept', true);
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
    const before = (await containers(host)).map(({ id }) => id);
    await etcd.kill();
    await agent.restart();
    await untilReady(agent, 30_000);
    t.same(
      (await containers(host)).map(({ id }) => id),
      before,
    );
    await host.docker('rm', '-f', 'katod-web');
    await untilContainers(host, 'katod-guard running, katod-web running', 30_000);
    await untilEnv('web', 'WORD=kept', true);
  });
});
