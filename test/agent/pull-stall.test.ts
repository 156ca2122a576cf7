/** A registry that falls silent; on a host of its own, since the engine keeps a stalled download for ever. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { untilReady } from './node.js';
import { serves, startPullingNode, untilRuns, wants, web, within } from './pulling-node.js';

t.test('a registry that falls silent is given up, and another image can come', async (t) => {
  const node = await startPullingNode(t, '{ pullMin: 500ms, pullMax: 1s, pullSpread: 0ms, pullStall: 3s }');
  const { agent, registry, etcd } = node;
  await registry.push('web:1');
  await registry.push('silent:1');
  await registry.push('other:1');
  await etcd.put('/katod/nodes/web-1/role', 'web');
  await untilReady(agent, 60_000);
  const before = await web(node);
  await registry.spoil('silent', 'layer', { kind: 'stall' });
  await wants(node, 'silent:1');
  const report = await untilHealth(
    agent,
    'it is given up',
    ({ components }) => /no progress for 3 s/.test(components[0]?.doing?.because ?? ''),
    within,
  );
  t.equal(report.status, 'degraded');
  t.same(await web(node), before);
  t.ok(await serves(node));
  await wants(node, 'other:1');
  await untilRuns(node, 'other:1');
  await untilReady(agent, 60_000);
});
