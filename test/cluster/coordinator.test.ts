/** Two nodes on a real etcd: what one claims and tells, the other knows; and nothing is relied on that may be gone. */
import t, { type Test } from 'tap';
import { Coordinator } from '../../src/cluster/coordinator.js';
import { type Coordination, type Wish, wishKey } from '../../src/plan/disruption.js';
import { EtcdStore } from '../../src/store/etcd/etcd-store.js';
import type { Session } from '../../src/store/session.js';
import { startEtcd } from '../sandbox/etcd.js';
import { until } from '../sandbox/until.js';

const etcd = await startEtcd();
t.teardown(() => etcd.close());
t.beforeEach(() => etcd.del('/katod/', { prefix: true }));

const WITHIN = { within: 30_000 };
const SLOT = { group: 'web', number: 0 };
const BY = { component: 'web', why: 'another image' };
const D1 = new Map([['web', 'd1']]);

const wish: Wish = {
  component: 'web',
  definition: 'd1',
  group: 'web',
  max: 1,
  what: 'replace',
  leads: false,
  others: [],
  peers: null,
  needsMembers: false,
};

interface Node {
  readonly coordinator: Coordinator;
  readonly session: Session;
  joined(): Extract<Coordination, { kind: 'joined' }>;
  /** Until what it knows is so, wishing all the while. */
  sees(
    what: string,
    condition: (known: Extract<Coordination, { kind: 'joined' }>) => boolean,
  ): Promise<unknown>;
}

async function openNode(t: Test, node: string): Promise<Node> {
  const options = { prefix: '/katod', node, deadline: 5_000, relist: 300_000 };
  const store = new EtcdStore({ endpoints: [etcd.endpoint], ...options });
  t.teardown(() => store.close());
  const session = store.openSession();
  await until('there is a lease', () => session.held() !== null, WITHIN);
  const coordinator = new Coordinator({
    store,
    node,
    session: () => session,
    away: () => null,
    ask: async () => ({ ok: true, output: '' }),
    now: () => performance.now(),
    date: () => new Date(),
    onChange: () => {},
    log: { debug() {} },
  });
  t.teardown(() => coordinator.close());
  const joined = () => {
    const known = coordinator.known();
    if (known.kind !== 'joined') throw new Error(`not joined: ${JSON.stringify(known)}`);
    return known;
  };
  return {
    coordinator,
    session,
    joined,
    sees: (what, condition) =>
      until(
        what,
        () => {
          coordinator.want([wish], D1);
          return condition(joined());
        },
        WITHIN,
      ),
  };
}

t.test('a slot is one node’s, is shown to the other, and is free again', async (t) => {
  const [one, other] = [await openNode(t, 'web-1'), await openNode(t, 'web-2')];
  await Promise.all([one, other].map((node) => node.sees('nothing is taken', ({ read }) => read.size === 1)));
  await Promise.all([one, other].map(({ coordinator }) => coordinator.claim(SLOT, BY)));
  const [winner, loser] = one.joined().certain.size === 1 ? [one, other] : [other, one];
  t.same([...winner.joined().certain], ['web/0']);
  t.same([...loser.joined().certain], []);
  const name = winner.joined().node;
  t.match(
    loser.joined().slots,
    [{ ...SLOT, ...BY, node: name }],
    'it has read anew, and knows who was faster',
  );
  await winner.sees('the others have been asked', ({ peers }) => peers.get(wishKey(wish))?.ok === true);
  t.equal(loser.joined().peers.size, 0, 'who has no slot asks nobody');

  await winner.coordinator.giveUp([SLOT]);
  await loser.sees('it is free', ({ slots }) => slots.length === 0);
  await loser.coordinator.claim(SLOT, BY);
  t.same([...loser.joined().certain], ['web/0']);
});

t.test('a slot of a lease that is gone is relied on no more, also under the next lease', async (t) => {
  const node = await openNode(t, 'web-1');
  await node.sees('nothing is taken', ({ read }) => read.size === 1);
  await node.coordinator.claim(SLOT, BY);
  const before = node.session.held()?.since ?? 0;
  for (const lease of (await etcd.ctl('lease', 'list')).split('\n').slice(1).filter(Boolean))
    await etcd.ctl('lease', 'revoke', lease);
  await until('there is another lease', () => (node.session.held()?.since ?? 0) > before, {
    within: 60_000,
  });
  t.same([...node.joined().certain], []);
  await node.sees('it is known to be free', ({ slots }) => slots.length === 0);
});

t.test('a later agent of the node takes over the slot of the one before', async (t) => {
  const [before, other] = [await openNode(t, 'web-1'), await openNode(t, 'web-2')];
  await before.sees('nothing is taken', ({ read }) => read.size === 1);
  await before.coordinator.claim(SLOT, BY);
  const after = await openNode(t, 'web-1');
  await after.sees('it is left', ({ left }) => left.has('web/0'));
  await other.coordinator.claim(SLOT, BY);
  t.same([...other.joined().certain], [], "it is not the other node's to take");
  await after.coordinator.claim(SLOT, { ...BY, component: 'db' });
  t.same([...after.joined().certain], [], 'nor for another component');
  await after.coordinator.claim(SLOT, BY);
  t.same([...after.joined().certain], ['web/0']);
  await before.session.close();
  t.match(
    await etcd.list('/katod/slots/'),
    { '/katod/slots/web/0': /web-1/ },
    'and not with the lease before',
  );
  const last = await openNode(t, 'web-1');
  await other.coordinator.giveUp([SLOT]);
  await last.sees('it is left', ({ left }) => left.has('web/0'));
  await last.coordinator.giveUp([SLOT]);
  t.same(await etcd.list('/katod/slots/'), {}, 'what was left is given up as well, by its own node');
});

t.test('what a node tells is known to it and to the others, until somebody has it forgotten', async (t) => {
  const [one, other] = [await openNode(t, 'web-1'), await openNode(t, 'web-2')];
  await etcd.put('/katod/rolls/web/d0/web-1', 'ready');
  await one.sees('it has told nothing', ({ marks }) => marks.get('web')?.state === null);
  await one.coordinator.mark('web', 'd1', 'begun');
  t.same(one.joined().marks.get('web'), { definition: 'd1', state: 'begun' });
  await other.sees('it has begun', ({ rolls }) => rolls.some(({ state }) => state === 'begun'));
  await one.coordinator.mark('web', 'd1', 'ready');
  t.same(
    await etcd.list('/katod/rolls/'),
    { '/katod/rolls/web/d1/web-1': 'ready' },
    'of older ones nothing is left',
  );
  await etcd.put('/katod/rolls/web/d1/web-10', 'failed');
  const again = await openNode(t, 'web-1');
  const known = () => {
    again.coordinator.want([], D1);
    return again.joined().marks.get('web')?.state === 'ready';
  };
  await until('a later agent of the node knows it, though it wishes nothing', known, WITHIN);
  await etcd.del('/katod/rolls/web/d1/web-1');
  await one.sees('it is forgotten', ({ marks }) => marks.get('web')?.state === null);
});
