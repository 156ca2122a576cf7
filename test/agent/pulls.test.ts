/** Images from a real registry, well and ill: what serves keeps serving, and what can come comes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import type { Fault, Part } from '../sandbox/registry-faults.js';
import { until } from '../sandbox/until.js';
import { untilReady } from './node.js';
import { REGISTRY, serves, startPullingNode, untilRuns, wants, web, within } from './pulling-node.js';

t.test('a registry in all its moods', async (t) => {
  const node = await startPullingNode(t, '{ pullMin: 500ms, pullMax: 1s, pullSpread: 300ms }');
  const { host, etcd, agent, registry } = node;
  const doingOf = (name: string, report: Awaited<ReturnType<typeof agent.health>>) =>
    report.components.find((component) => component.name === name)?.doing;

  await t.test('two components with one image: pulled once, and both tell how far it is', async (t) => {
    await registry.push('web:1', { bytes: 400_000 });
    await registry.spoil('web', 'layer', { kind: 'slow', rate: 100_000 });
    await etcd.put('/katod/nodes/web-1/role', 'both');
    const report = await untilHealth(
      agent,
      'progress of both',
      (report) =>
        ['web', 'twin'].every((name) => {
          const { what, progress } = doingOf(name, report) ?? {};
          return what === 'pull' && typeof progress === 'number' && progress > 0 && progress < 1;
        }),
      within,
    );
    t.equal(report.status, 'converging');
    await untilReady(agent, 60_000);
    t.equal(registry.requests('web', 'layer').length, 1);
  });

  const answer = (status: number, code: string): Fault => ({
    kind: 'answer',
    status,
    body: JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }),
  });
  const moods: readonly (readonly [string, Part, Fault])[] = [
    ['too-many-requests', 'manifest', answer(429, 'TOOMANYREQUESTS')],
    ['internal-error', 'manifest', answer(500, 'UNKNOWN')],
    ['layer-lost-after-half', 'layer', answer(404, 'BLOB_UNKNOWN')],
    ['wrong-digest', 'layer', { kind: 'wrong' }],
  ];
  for (const [name, part, fault] of moods) {
    await t.test(`${name}: tried again and again, and the older one serves meanwhile`, async (t) => {
      const before = await web(node);
      await registry.push(`${name}:1`);
      await registry.spoil(name, part, fault);
      await wants(node, `${name}:1`);
      const report = await untilHealth(
        agent,
        'the failure',
        (report) => {
          const doing = doingOf('web', report);
          return doing?.waits === 'pull' && doing.until !== null && doing.because.includes(name);
        },
        within,
      );
      t.equal(report.status, 'degraded');
      t.match(report.reasons, [new RegExp(`web: waits for pull: pull ${REGISTRY}/${name}:1: .*next try at`)]);
      await until('further attempts', () => registry.requests(name, part).length >= 3, within);
      t.same(await web(node), before, 'the same container');
      t.ok(await serves(node));
      await registry.spoil(name, part, null);
      await untilRuns(node, `${name}:1`);
      await untilReady(agent, 60_000);
      t.same(readdirSync(join(host.folder, 'data/tmp')), [], 'nothing is left of the attempts');
    });
  }
});
