/**
 * A member of etcd that hangs, a way that swallows all, one that is slow, and calls that fail, for a while each: the
 * agent says so, asks others, goes on by what it knows, and no container notices. All side by side on one cluster.
 */
import t from 'tap';
import { startProxy } from '../sandbox/proxy.js';
import { throughout, until } from '../sandbox/until.js';
import { startUnsteady } from '../store/etcd/unsteady.js';
import type { FleetNode } from './fleet.js';
import { ALL, LASTING, MINUTE, openGround, saysUnreachable, unchanged } from './ground.js';

t.test('a sick etcd', async (t) => {
  const { cluster, start, put, follows } = await openGround(t);
  const { leader, follower } = await cluster.leadership();
  const third = cluster.members.find((one) => one !== leader && one !== follower) ?? leader;
  const [blackHole, slow, failing] = await Promise.all([
    startProxy({ target: { port: third.port } }),
    startUnsteady(third.port),
    startUnsteady(third.port),
  ]);
  for (const one of [blackHole, slow, failing]) t.teardown(() => one.close());
  const throughHole = `http://127.0.0.1:${blackHole.port}`;
  const [stopped, stoppedOfThree, hole, holeOfTwo, slowly, shaken] = await Promise.all([
    start('stopped', [follower.endpoint]),
    start('stopped-of-three', [follower.endpoint, third.endpoint, leader.endpoint]),
    start('hole', [throughHole]),
    start('hole-of-two', [throughHole, third.endpoint]),
    start('slow', [slow.endpoint]),
    start('failing', [failing.endpoint]),
  ]);
  t.jobs = 4;

  /** Who has no other member says so all the while; who has one goes on with it. */
  const whileSilent = async (
    silence: () => void,
    alone: FleetNode,
    withAnother: FleetNode,
  ): Promise<void> => {
    const [one, other] = [await alone.containers(), await withAnother.containers()];
    silence();
    await alone.untilReport('the silence', ({ store }) => /no answer/.test(store.problem ?? ''));
    const goesOn = async () => {
      await withAnother.untilReport('another member', ({ store }) => store.reachable);
      await unchanged(withAnother, other);
      await follows(withAnother, { within: MINUTE });
    };
    const says = () => Promise.all([saysUnreachable(alone), unchanged(alone, one)]);
    await Promise.all([throughout(LASTING, says), goesOn()]);
  };

  t.test('the connected member stopped', { buffered: true }, async (t) => {
    await whileSilent(() => follower.pause(), stopped, stoppedOfThree);
    follower.resume();
    await until('the member is back', async () => (await cluster.ctl(follower, 'get', 'x')) !== undefined, {
      within: 60_000,
    });
    t.comment(`seen after ${await follows(stopped)} ms`);
    t.pass('told, others tried, and no container changed but by its role');
  });

  t.test('a black hole', { buffered: true }, async (t) => {
    await whileSilent(() => blackHole.pause(), hole, holeOfTwo);
    blackHole.resume();
    await until('the way is open', () => fetch(`${throughHole}/health`), { within: 60_000 });
    t.comment(`seen after ${await follows(hole)} ms`);
    t.pass('told, the other tried, and no container changed but by its role');
  });

  t.test('slow by two seconds', { buffered: true }, async (t) => {
    const before = await slowly.containers();
    slow.delay(1_000);
    await throughout(LASTING, () => unchanged(slowly, before));
    await slowly.untilReport('it is read all the same', ({ store }) => store.reachable);
    t.comment(`seen after ${await follows(slowly)} ms`);
    slow.delay(0);
    t.comment(`seen after ${await follows(slowly)} ms`);
    t.pass('no container changed but by its role');
  });

  t.test('a fifth of all calls fails, while changes go on', { buffered: true }, async (t) => {
    const [cron] = await shaken.containers();
    failing.fail(0.2);
    let word = 0;
    await throughout(LASTING, async () => {
      word += 1;
      const role = word % 4 === 3 ? 'one' : 'all';
      await put(`nodes/${shaken.name}/role`, role);
      await put(`nodes/${shaken.name}/params/word`, `w${word}`);
      await shaken.untilReport('the change is seen', ({ roles }) => roles[0] === role);
    });
    failing.fail(0);
    await put(`nodes/${shaken.name}/role`, 'all');
    t.ok(failing.failures() > 0, `${failing.failures()} failures and ${word} changes`);
    await until(
      'the last word is in force',
      async () => (await shaken.environmentOf('work')).includes(`WORD=w${word}`),
      { within: 60_000 },
    );
    await shaken.untilRuns(ALL);
    t.same((await shaken.containers())[0], cron, 'what nothing changed was not touched');
    const well = await shaken.untilReport('well', ({ status }) => status === 'healthy');
    t.match(well, { reasons: [], components: [{ restarts: 0 }, { restarts: 0 }] });
  });
});
