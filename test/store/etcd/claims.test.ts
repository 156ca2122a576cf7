/** Keys that are claimed: one holder at a time, never anew by themselves, and nobody gives up another's. */
import t, { type Test } from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import type { Session } from '../../../src/store/session.js';
import { startEtcd } from '../../sandbox/etcd.js';
import { until } from '../../sandbox/until.js';
import { startUnsteady } from './unsteady.js';

const etcd = await startEtcd();
t.teardown(() => etcd.close());
t.beforeEach(() => etcd.del('/katod/', { prefix: true }));

const SLOT = 'slots/quorum/0';

async function openSession(t: Test, endpoint = etcd.endpoint): Promise<Session> {
  const options = { prefix: '/katod', node: 'web-1', deadline: 5_000, relist: 300_000 };
  const store = new EtcdStore({ endpoints: [endpoint], ...options });
  t.teardown(() => store.close());
  const session = store.openSession();
  await until('there is a lease', () => session.held() !== null, { within: 30_000 });
  return session;
}

const standing = () => etcd.get(`/katod/${SLOT}`);

t.test('one of two has it, and the other after it was given up', async (t) => {
  const [one, other] = [await openSession(t), await openSession(t)];
  const claims = await Promise.all([one.claim(SLOT, 'one'), other.claim(SLOT, 'other')]);
  t.equal(claims.filter(({ ok }) => ok).length, 1);
  const [winner, loser, word] = claims[0].ok ? [one, other, 'one'] : [other, one, 'other'];
  t.equal(await standing(), word);
  t.match(await winner.claim(SLOT, word), { ok: true, since: winner.held()?.since }, 'it may ask again');
  await loser.giveUp(SLOT);
  t.equal(await standing(), word, "nobody gives up another's");
  await winner.giveUp(SLOT);
  t.equal(await standing(), undefined);
  t.match(await loser.claim(SLOT, 'late'), { ok: true });
});

t.test('what was claimed goes with its lease, and does not come back with the next', async (t) => {
  const session = await openSession(t);
  session.hold('status/web-1', 'here');
  t.match(await session.claim(SLOT, 'one'), { ok: true });
  await until('the status stands', () => session.stands('status/web-1'), { within: 30_000 });
  const before = session.held()?.since ?? 0;
  const leases = (await etcd.ctl('lease', 'list')).split('\n').slice(1).filter(Boolean);
  for (const lease of leases) await etcd.ctl('lease', 'revoke', lease);
  // A key that is held shows that the new lease has done all it does by itself.
  await until('there is another lease', () => (session.held()?.since ?? 0) > before, { within: 60_000 });
  await until('the status is back', () => session.stands('status/web-1'), { within: 30_000 });
  t.equal(await standing(), undefined);
});

t.test('a lost answer does not lose the claim, and makes no second one', async (t) => {
  const unsteady = await startUnsteady(etcd.port);
  t.teardown(() => unsteady.close());
  const session = await openSession(t, unsteady.endpoint);
  unsteady.fail(0.3);
  for (let round = 0; round < 20; round += 1) {
    const claimed = await session.claim(SLOT, `round ${round}`).catch(() => null);
    if (claimed?.ok) t.equal(await standing(), `round ${round}`);
    await etcd.del(`/katod/${SLOT}`);
  }
  t.ok(unsteady.failures() > 0, 'some were lost');
});

t.test('without a lease nothing is claimed', async (t) => {
  const session = await openSession(t);
  await session.close();
  t.same(await session.claim(SLOT, 'one'), { ok: false });
  t.equal(await standing(), undefined);
});
