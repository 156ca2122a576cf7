/** Images pruned as they come, and a registry that falls silent: last, since the engine keeps a stalled download. */
import t from 'tap';
import { until } from '../sandbox/until.js';
import { untilReady } from './node.js';
import { serves, startPullingNode, untilRuns, wants, web, within } from './pulling-node.js';

t.test('images that do not stay, or do not come', async (t) => {
  const node = await startPullingNode(t, '{ pullMin: 500ms, pullMax: 1s, pullSpread: 0ms, pullStall: 10s }');
  const { host, etcd, agent, registry } = node;
  for (const name of ['web', 'pruned', 'silent', 'other']) await registry.push(`${name}:1`);
  await registry.push('slow:1', { bytes: 8_000 });
  await etcd.put('/katod/nodes/web-1/role', 'web');
  await untilReady(agent, 60_000);
  const doing = async () => (await agent.health()).components.find(({ name }) => name === 'web')?.doing;
  const prune = () => host.docker('system', 'prune', '--all', '--force');

  await t.test('a prune between pull and create: pulled again', async (t) => {
    const before = await web(node);
    await etcd.put('/katod/nodes/web-1/role', 'gated');
    await wants(node, 'pruned:1');
    const gateIsShut = () =>
      until('it waits for the gate', async () => (await doing())?.waits === 'dependency', within);
    await gateIsShut();
    t.match(await host.docker('images', '--format', '{{.Repository}}'), 'pruned');
    await prune();
    await until('it is fetched again', () => registry.requests('pruned', 'layer').length === 2, within);
    await gateIsShut();
    t.same(await web(node), before);
    await host.docker('exec', 'katod-gate', 'touch', '/go');
    await untilRuns(node, 'pruned:1');
    await untilReady(agent, 60_000);
  });

  await t.test('a kilobyte a second, and a prune beside it: it comes in the end', async (t) => {
    const before = await web(node);
    await registry.spoil('slow', 'layer', { kind: 'slow', rate: 1_000 });
    await wants(node, 'slow:1');
    await until('progress', async () => ((await doing())?.progress ?? 0) > 0.1, within);
    await prune();
    t.same(await web(node), before);
    t.ok(await serves(node));
    await untilRuns(node, 'slow:1');
    await untilReady(agent, 60_000);
  });

  await t.test('silence after half of it: given up, and another image can come', async (t) => {
    const before = await web(node);
    await registry.spoil('silent', 'layer', { kind: 'stall' });
    await wants(node, 'silent:1');
    const givenUp = async () => /no progress for 10 s/.test((await doing())?.because ?? '');
    await until('it is given up', givenUp, within);
    t.equal((await agent.health()).status, 'degraded');
    t.same(await web(node), before);
    t.ok(await serves(node));
    await wants(node, 'other:1');
    await untilRuns(node, 'other:1');
    await untilReady(agent, 60_000);
  });
});
