import t from 'tap';
import { convergenceOf } from '../../src/commands/convergence.js';
import { NO_ENGINE } from '../../src/loop/state.js';
import type { ComponentReport, Doing, Report } from '../../src/report/report.js';
import { healthyReport } from './reports.js';

const [one] = healthyReport.components as readonly [ComponentReport, ...ComponentReport[]];
const waits = (reason: Doing['waits']): Doing => ({
  what: 'wait',
  waits: reason,
  until: null,
  progress: null,
  because: 'why',
});
const missing: ComponentReport = { ...one, name: 'x', state: 'missing', health: 'unknown', current: false };
const blocked: ComponentReport = { ...missing, name: 'y', state: 'blocked', doing: waits(null) };
const starting: ComponentReport = { ...one, name: 'z', health: 'unknown' };

/** A report with these components beside a good one. */
function report(components: readonly ComponentReport[], more: Partial<Report> = {}): Report {
  const status = components.length === 0 ? 'healthy' : 'converging';
  return { ...healthyReport, status, components: [one, ...components], ...more };
}

const { store } = healthyReport;

t.test('settled, under way, or beyond what time can do', async (t) => {
  const cases: readonly [what: string, report: Report, expected: string][] = [
    ['all is well', report([]), 'settled'],
    ['nothing is wanted, nothing there', { ...healthyReport, roles: [], components: [] }, 'settled'],
    ['one starts', report([starting]), 'under way'],
    ['one has just to be made', report([missing]), 'under way'],
    [
      'one is good and still at work',
      report([{ ...one, doing: { ...waits(null), what: 'reload' } }]),
      'under way',
    ],
    ['one crashes', report([{ ...missing, doing: waits('backoff') }]), 'under way'],
    ['one is blocked', report([blocked]), 'failed'],
    [
      'one is blocked, another waits for it',
      report([blocked, { ...missing, doing: waits('dependency') }]),
      'failed',
    ],
    ['one is blocked, another starts', report([blocked, starting]), 'under way'],
    ['the store is held', report([], { hold: 'why' }), 'failed'],
    ['no role', report([], { status: 'unassigned' }), 'failed'],
    ['only the disk was read yet', report([], { store: { ...store, from: 'disk' } }), 'under way'],
    ['nothing was read yet', report([], { store: { ...store, from: null } }), 'under way'],
    ['the store is away', report([], { store: { ...store, reachable: false, from: 'disk' } }), 'failed'],
    [
      'the store is away, one starts',
      report([starting], { store: { ...store, reachable: false } }),
      'under way',
    ],
    [
      'the engine has not been asked',
      report([], { engine: { ...NO_ENGINE, version: null, api: null } }),
      'under way',
    ],
    [
      'the engine is away',
      report([], { engine: { reachable: false, version: null, api: null, problem: 'x' } }),
      'failed',
    ],
    [
      'the engine has gone',
      report([], { engine: { ...healthyReport.engine, reachable: false, problem: 'x' } }),
      'under way',
    ],
    ['paused, one is missing', report([missing], { paused: true }), 'failed'],
    ['paused, one starts', report([starting], { paused: true }), 'under way'],
    ['paused, one ended', report([{ ...starting, state: 'exited' }], { paused: true }), 'under way'],
    ['hands off, one ended', report([{ ...starting, state: 'exited' }], { paused: 'all' }), 'failed'],
    ['a value is refused', report([], { status: 'degraded', reasons: ['key: no'] }), 'failed'],
  ];
  for (const [what, given, expected] of cases) t.equal(convergenceOf(given), expected, what);
});
