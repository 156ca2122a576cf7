import t from 'tap';
import { buildApp } from '../../src/server/app.js';
import { lateView } from '../../src/server/late-view.js';
import { fakeView, logbook, names } from './fixture.js';

t.test('before there is an agent /livez answers for it, and all else waits', async (t) => {
  let alive = true;
  const { view, opened, open } = lateView(() => alive);
  const app = buildApp({ names, log: logbook().log, view, opened });
  t.teardown(() => app.close());
  const get = async (url: string) => (await app.inject({ url, headers: { host: 'localhost' } })).statusCode;

  t.equal(await get('/livez'), 200);
  alive = false;
  t.equal(await get('/livez'), 503, 'an agent that is never put together is not alive');
  t.throws(() => view.report(), { message: /not put together yet/ });
  t.equal((await app.inject({ url: '/readyz', headers: { host: 'evil.example' } })).statusCode, 421);

  const readyz = get('/readyz');
  const plan = get('/v1/plan');
  const real = fakeView();
  open(real);
  t.equal(await readyz, 503);
  t.equal(await plan, 200);
  t.equal(await get('/livez'), 200);
  view.reconcile();
  t.equal(real.passes(), 1);
  t.equal((await view.ready()).ok, false);
  t.equal((await view.report()).node, 'web-1');
});
