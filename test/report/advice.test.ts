import t from 'tap';
import { adviceOn } from '../../src/report/advice.js';
import { buildReport } from '../../src/report/build.js';
import type { ReportInput } from '../../src/report/input.js';
import { container, paused, spec, type World, wanted } from '../plan/world.js';
import { reportInput } from './input.js';

const A = 'aaaaaaaaaaaa';
const web = spec('web', { after: ['db'] });

function advice(world: World, more: Partial<ReportInput> = {}, name = 'web'): readonly string[] {
  const report = buildReport(reportInput(world, more), null);
  const component = report.components.find((one) => one.name === name);
  return component === undefined ? ['it is not in the report'] : adviceOn(component, report);
}

t.test('each state has its advice', async (t) => {
  const running: World = { desired: wanted(spec('web')), own: [container('web', A)] };
  t.same(advice({ ...running, health: { web: 'ready' } }), ['nothing: it runs as wanted']);
  t.match(advice({ ...running, health: { web: 'failing' } }), [/docker logs aaaaaaaaaaaa/]);
  t.same(advice({ desired: wanted(web, spec('db')), own: [container('web', A, { state: 'created' })] }), [
    'see why that is not ready: katod explain db',
  ]);
  const refused = wanted({
    ok: false,
    name: 'web',
    problems: [{ place: 'web', message: 'no image' }],
    inForce: null,
  });
  t.match(advice({ desired: refused, own: [] }), [/katod render web/]);
  t.match(advice({ ...running, desired: paused(wanted(spec('web'))) })[0], /katod resume/);
  const held = { store: { kind: 'etcd', unreadable: null, hold: 'it is empty' } } as const;
  t.match(advice(running, held)[0], /katod trust-store/);
  const away = { engine: { reachable: false, version: null, problem: 'gone' } };
  t.match(advice(running, away)[0], /dockerd/);
});
