import t from 'tap';
import { buildReport } from '../../src/report/build.js';
import { newsOf } from '../../src/report/news.js';
import { container, spec, type World, wanted } from '../plan/world.js';
import { reportInput } from './input.js';

const A = 'aaaaaaaaaaaa';
const running: World = { desired: wanted(spec('web')), own: [container('web', A)] };
const report = (world: World) => buildReport(reportInput(world), null);
const lines = (before: World | null, now: World) =>
  newsOf(before && report(before), report(now)).flatMap(({ log }) =>
    log === null ? [] : [`${log.level}: ${log.message}`],
  );

t.test('what changes is told once', async (t) => {
  const well: World = { ...running, health: { web: 'ready' } };
  t.same(lines(null, running), ['info: role']);
  t.same(lines(running, well), ['info: component ready', 'info: node status']);
  t.same(lines(well, well), []);
  t.same(lines(well, { ...running, health: { web: 'failing' } }), [
    'info: component not ready',
    'warn: node status',
  ]);
  const refused: World = {
    desired: wanted({
      ok: false,
      name: 'web',
      problems: [{ place: 'web', message: 'no image' }],
      inForce: null,
    }),
    own: [container('web', A)],
  };
  t.same(lines(well, refused), ['warn: component refused', 'warn: node status']);
  t.same(lines(refused, refused), []);
});
