/** A cluster of etcd without a quorum for a while, and with leaders that are killed: no container notices. */
import t from 'tap';
import { inTheLongRun } from '../sandbox/long.js';
import { throughout, until } from '../sandbox/until.js';
import { ALL, LASTING, openGround, saysUnreachable, unchanged } from './ground.js';

t.test('a cluster of three', inTheLongRun, async (t) => {
  const { cluster, start, askOf, follows } = await openGround(t);
  const [first, second, third] = cluster.members;
  if (!first || !second || !third) throw new Error('three members');
  const endpoints = cluster.members.map(({ endpoint }) => endpoint);
  const node = await start('web-1', endpoints);
  askOf(first);
  const led = (member = first) =>
    until('a leader', async () => (await cluster.ctl(member, 'get', 'x')) !== undefined, { within: 60_000 });

  await t.test('the quorum lost: told, what crashes heals, nothing else changes', async (t) => {
    const ids = (await node.containers()).map(({ id }) => id);
    second.pause();
    third.pause();
    await node.untilReport('the loss', ({ store }) => !store.reachable);
    await node.kill('work');
    await node.untilRuns(ALL);
    const before = await node.containers();
    t.same(
      before.map(({ id }) => id),
      ids,
    );
    await throughout(LASTING, () => Promise.all([saysUnreachable(node), unchanged(node, before)]));
    second.resume();
    third.resume();
    await led();
    t.comment(`seen after ${await follows(node)} ms`);
  });

  await t.test('leaders killed one after the other', async (t) => {
    const before = await node.containers();
    for (let round = 0; round < 5; round += 1) {
      const { leader } = await until('all members and a leader', () => cluster.leadership(), {
        within: 60_000,
      });
      await leader.kill();
      await unchanged(node, before);
      await leader.start();
    }
    await led();
    await unchanged(node, before);
    t.comment(`seen after ${await follows(node)} ms`);
  });

  await t.test('the connected member killed for good', async (t) => {
    await first.kill();
    askOf(second);
    await led(second);
    t.comment(`seen after ${await follows(node)} ms`);
  });
});
