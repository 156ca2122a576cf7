/** A report's input out of a plan test's world. */
import { plan } from '../../src/plan/plan.js';
import type { ReportInput } from '../../src/report/input.js';
import { input as planInput, type World } from '../plan/world.js';

export const NOW = '2026-01-02T00:00:00.000Z';

export function reportInput(world: World, more: Partial<ReportInput> = {}): ReportInput {
  const seen = planInput(world);
  return {
    node: 'web-1',
    address: '10.0.0.5',
    version: '0.1.0',
    startedAt: '2026-01-01T00:00:00.000Z',
    now: NOW,
    prefix: seen.prefix,
    stack: 'core',
    desired: seen.desired,
    observed: seen.observed,
    plan: plan(seen),
    coordination: seen.coordination,
    memory: seen.memory,
    lanes: new Map(),
    lastActions: new Map(),
    pulls: new Map(),
    store: { kind: 'etcd', unreadable: null, hold: null },
    engine: { reachable: true, version: { version: '20.10.24', api: '1.41' }, problem: null },
    problems: [],
    stamp: (milliseconds) => new Date(milliseconds).toISOString(),
    ...more,
  };
}
