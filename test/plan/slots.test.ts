/** What takes down what works asks for a slot first, tells how it went, and gives the slot back. */
import t from 'tap';
import type { Disruption } from '../../src/desired/disruption.js';
import { disruptionOf } from '../../src/desired/disruption.js';
import {
  type Coordination,
  type Peer,
  type PeerAnswer,
  type Roll,
  type Slot,
  wishKey,
  wishToKnow,
} from '../../src/plan/disruption.js';
import { type ComponentMemory, FRESH, type Memory, NOTHING_REMEMBERED } from '../../src/plan/memory.js';
import { plan } from '../../src/plan/plan.js';
import { printPlan } from '../../src/plan/print.js';
import type { Verdict } from '../../src/probe/probe.js';
import { container, input, planned, spec, type World, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const B = 'bbbbbbbbbbbb';
const old = { digest: '1:web:0' };
const web = spec('web');
const { definition } = web;

type Joined = Extract<Coordination, { kind: 'joined' }>;

const slot = (node: string, more: Partial<Slot> = {}): Slot => ({
  group: 'web',
  number: 0,
  node,
  component: 'web',
  since: '2026-01-01T00:00:00Z',
  why: '',
  ...more,
});

const roll = (node: string, state: Roll['state'], of = definition): Roll => ({
  component: 'web',
  definition: of,
  node,
  state,
});

const wishFor = (of: string) => wishKey(wishToKnow({ component: 'web', definition: of, group: 'web' }));
/** For replacing, restarting and removing `web`. */
const wishes = [definition, 'd'].map(wishFor);
/** The others say this to whoever wishes `web` away. */
const said = (answer: PeerAnswer) => new Map(wishes.map((wish) => [wish, answer]));
/** And this to who has none any more. */
const saidOnceGone = (answer: PeerAnswer) => new Map([[wishFor(''), answer]]);

/** What node `web-1` knows; all has been read for its wishes. */
function joined(more: Partial<Joined> = {}): Coordination {
  return {
    kind: 'joined',
    node: 'web-1',
    read: new Set(wishes),
    slots: [],
    certain: new Set(),
    left: new Set(),
    rolls: [],
    peers: new Map(),
    members: [],
    marks: new Map(),
    ...more,
  };
}

const held: Partial<Joined> = {
  slots: [slot('web-1')],
  certain: new Set(['web/0']),
  peers: said({ ok: true }),
};
const begun: Partial<Joined> = {
  ...held,
  rolls: [roll('web-1', 'begun')],
  marks: new Map([['web', { definition, state: 'begun' }]]),
};

const older: World = { desired: wanted(web), own: [container('web', A, old)], health: { web: 'ready' } };
const replace = 'it is made of something else: 1:web:0 → 1:web:1';

const remembered = (more: Partial<ComponentMemory>): Memory => ({
  ...NOTHING_REMEMBERED,
  components: new Map([['web', { ...FRESH, ...more }]]),
});

const asked = { ...disruptionOf('web'), peers: { serve: [], least: 3, any: [] } };

const table: readonly (readonly [string, World, string])[] = [
  [
    'nothing has been read yet',
    { ...older, coordination: joined({ read: new Set() }) },
    'web: wait for slot (the slots of its group are being read)',
  ],
  [
    'a slot is free',
    { ...older, coordination: joined() },
    `web: claim slot web/0 (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'what never ran, or ended, is not in the way of others',
    {
      ...older,
      own: [container('web', A, { ...old, state: 'created' })],
      health: {},
      coordination: joined(),
    },
    `web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (${replace})`,
  ],
  [
    'another node has it',
    { ...older, coordination: joined({ slots: [slot('web-2')] }) },
    'web: wait for slot (every slot of group web is taken, held by web-2 for web since 2026-01-01T00:00:00Z)',
  ],
  [
    'there are two',
    {
      ...older,
      desired: wanted(spec('web', { disruption: disruptionOf('web', { max: { kind: 'count', count: 2 } }) })),
      coordination: joined({ slots: [slot('web-2')] }),
    },
    `web: claim slot web/1 (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'a tenth of thirty nodes may be away, and two are',
    {
      ...older,
      coordination: joined({
        slots: [slot('web-2'), slot('web-3', { number: 1 })],
        members: Array.from({ length: 30 }, (_, at) => ({
          node: `web-${at}`,
          roles: ['web'],
          alive: true,
          down: [],
        })),
      }),
    },
    `web: claim slot web/2 (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'it has the slot: the others are asked',
    { ...older, coordination: joined({ ...held, peers: new Map() }) },
    'web: wait for slot (the other nodes are being asked whether they can do without it)',
  ],
  [
    'the others say no',
    {
      ...older,
      coordination: joined({ ...held, peers: said({ ok: false, why: '1 of 2 serve' }) }),
    },
    "web: wait for slot (the other nodes can't do without it: 1 of 2 serve)",
  ],
  [
    'the others say yes',
    { ...older, coordination: joined(held) },
    `web: tell that definition definition o is begun (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'it has told',
    { ...older, coordination: joined(begun) },
    `web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (${replace})`,
  ],
  [
    'its lease may have run out between retire and stop',
    {
      desired: wanted(web),
      own: [container('web', A, { ...old, retired: true }), container('web', B, { state: 'created' })],
      coordination: joined({ ...begun, certain: new Set() }),
    },
    'web: wait for slot (its slot web/0 may have run out)',
  ],
  [
    'its agent was started anew: the slot of the one before is taken over',
    { ...older, coordination: joined({ ...begun, certain: new Set(), left: new Set(['web/0']) }) },
    `web: claim slot web/0 (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'what has not been ready since its start does not work: it is replaced without a slot',
    { ...older, health: { web: 'alive' }, coordination: joined() },
    `web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (${replace})`,
  ],
  [
    'the store is away',
    { ...older, coordination: { kind: 'away', why: 'etcd does not answer' } },
    'web: wait for slot (nothing that works is taken down meanwhile: etcd does not answer)',
  ],
  [
    'what ended is started all the same',
    {
      desired: wanted(web),
      own: [container('web', A, { state: 'exited' })],
      coordination: { kind: 'away', why: 'etcd does not answer' },
    },
    'web: start aaaaaaaaaaaa (it ended with exit code 137)',
  ],
  [
    'it failed on another node',
    { ...older, coordination: joined({ rolls: [roll('web-2', 'failed')] }) },
    'web: wait for slot (this definition failed on web-2: put a better one, or, if the node was the reason: katod forget web-2)',
  ],
  [
    'another definition failed there',
    { ...older, coordination: joined({ rolls: [roll('web-2', 'failed', 'another')] }) },
    `web: claim slot web/0 (it is to be replaced or taken away, since ${replace})`,
  ],
  [
    'another node has begun, and lost its slot',
    { ...older, coordination: joined({ rolls: [roll('web-2', 'begun')] }) },
    'web: wait for slot (web-2 has begun with this definition and has not told how it went: see to that node, or katod forget web-2)',
  ],
  // Taken away.
  [
    'not wanted any more, and works',
    { desired: wanted(), own: [container('web', A)], coordination: joined() },
    'web: claim slot web/0 (it is to be replaced or taken away, since the role of this node is none)',
  ],
  [
    'not wanted any more, by force',
    {
      desired: { ...wanted(), forced: true } as World['desired'],
      own: [container('web', A)],
      coordination: joined({ slots: [slot('web-2')] }),
    },
    'web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (the role of this node is none)',
  ],
  [
    'gone, and its slot is still there',
    { desired: wanted(), coordination: joined(held) },
    'web: give up slot web/0 (it is gone)',
  ],
  [
    'gone, and the others are asked before its slot is free: what they said before does not count',
    {
      desired: { ...wanted(), disruptions: new Map([['web', asked]]) } as World['desired'],
      coordination: joined(held),
    },
    'web: wait for slot (it is gone, and its slot is kept until the others serve without it: the other nodes are being asked)',
  ],
  [
    'gone, and the others do not serve',
    {
      desired: { ...wanted(), disruptions: new Map([['web', asked]]) } as World['desired'],
      coordination: joined({ ...held, peers: saidOnceGone({ ok: false, why: '1 of 3 serve' }) }),
    },
    'web: wait for slot (it is gone, and its slot is kept until the others serve without it: 1 of 3 serve)',
  ],
  [
    'gone, and the others serve',
    {
      desired: { ...wanted(), disruptions: new Map([['web', asked]]) } as World['desired'],
      coordination: joined({ ...held, peers: saidOnceGone({ ok: true }) }),
    },
    'web: give up slot web/0 (it is gone, and the others serve without it)',
  ],
  // Restarted by a live probe.
  [
    'its live probe fails',
    { desired: wanted(web), own: [container('web', A)], health: { web: 'failing' }, coordination: joined() },
    'web: claim slot web/0 (it is to restart, since its live probe fails: connection refused)',
  ],
  [
    'its live probe fails here as it did elsewhere: it is left alone',
    {
      desired: wanted(web),
      own: [container('web', A)],
      health: { web: 'failing' },
      coordination: joined({ rolls: [roll('web-2', 'failed')] }),
    },
    'web: wait for slot (this definition failed on web-2: put a better one, or, if the node was the reason: katod forget web-2)',
  ],
  [
    'its live probe fails again after a restart',
    {
      desired: wanted(web),
      own: [container('web', A)],
      health: { web: 'failing' },
      memory: remembered({ restartedUnder: definition }),
      coordination: joined(begun),
    },
    'web: tell that definition definition o is failed (a restart has not helped: connection refused)',
  ],
];

t.test('the plan of each world', (t) => {
  for (const [what, world, text] of table) t.equal(planned(world), text, what);
  t.end();
});

/** `web` runs as wanted and has been ready for so many seconds. */
function standing(seconds: number, coordination: Coordination, more: Partial<Verdict> = {}): string {
  const seen = input({
    desired: wanted(spec('web', { probes: { live: { ...PROBE }, lead: { ...PROBE } } })),
    own: [container('web', A)],
    health: { web: 'ready' },
    memory: remembered({ standing: { run: '', ready: true, since: 0 } }),
    now: seconds * 1_000,
    coordination,
  });
  const verdict = seen.observed.verdicts.get('web');
  if (verdict === undefined) throw new Error('it is probed');
  const verdicts = new Map([['web', { ...verdict, live: true, ...more }]]);
  const planned = plan({ ...seen, observed: { ...seen.observed, verdicts } });
  const again = planned.lookAgainAt === null ? '' : `look again at ${planned.lookAgainAt / 1_000} s`;
  return printPlan(planned).join('; ') || again;
}

const PROBE = {
  check: { kind: 'tcp', host: '127.0.0.1', port: 1 },
  period: 1,
  timeout: 1,
  failures: 1,
  startPeriod: 0,
} as const;

t.test('what stands is told after 10 s, and then the slot is free again', (t) => {
  const ready = new Map([['web', { definition, state: 'ready' as const }]]);
  t.equal(standing(9, joined(begun)), 'look again at 10 s');
  t.equal(
    standing(10, joined(begun)),
    'web: tell that definition definition o is ready (it has been ready for 10 s)',
  );
  t.equal(
    standing(10, joined({ ...held, certain: new Set(), left: new Set(['web/0']), marks: ready })),
    'web: give up slot web/0 (it has been ready for 10 s)',
    'also what the agent before has left',
  );
  const told = joined({ ...held, marks: new Map([['web', { definition, state: 'ready' }]]) });
  t.equal(standing(10, told), 'web: give up slot web/0 (it has been ready for 10 s)');
  const free = joined({ marks: new Map([['web', { definition, state: 'ready' }]]) });
  t.equal(standing(10, free), '', 'and nothing is left to do');
  t.equal(
    standing(99, joined(begun), { live: null }),
    '',
    'a live probe that has not passed yet may never do so',
  );
  t.equal(
    standing(10, joined({ marks: new Map([['web', { definition, state: null }]]) })),
    'web: tell that definition definition o is ready (it has been ready for 10 s)',
    'one that can lead is told of in any case: the leader waits for it',
  );
  t.equal(standing(10, joined()), '', 'not before it is known what was told');
  t.end();
});

t.test('one that waits for an operator gives its slot back all the same', (t) => {
  const world = {
    desired: wanted(web),
    own: [container('web', A, old)],
    health: { web: 'ready' as const },
    memory: remembered({ standing: { run: '', ready: true, since: 0 } }),
  };
  const coordination = joined({ ...held, rolls: [roll('web-2', 'failed')] });
  const early = plan(input({ ...world, coordination, now: 9_000 }));
  t.match(early, { waiting: [{ component: 'web', halted: true }], lookAgainAt: 10_000 });
  t.equal(
    planned({ ...world, coordination, now: 10_000 }),
    'web: give up slot web/0 (it has been ready for 10 s)',
  );
  t.end();
});

t.test('the leader goes last', (t) => {
  const member = (node: string, more: Partial<Peer> = {}) => ({
    ...{ node, roles: ['web'], alive: true, down: ['db'] },
    ...more,
  });
  const leading = (
    rolls: readonly Roll[],
    third: Partial<Peer> = {},
    nodes: readonly string[] | null = null,
  ) => {
    const slots = rolls.filter(({ state }) => state === 'begun').map(({ node }) => slot(node));
    const known = joined({
      slots,
      rolls,
      members: [member('web-1'), member('web-2'), member('web-3', third)],
    });
    const ensemble = nodes === null ? {} : { ensemble: { number: 1, nodes, id: null } };
    const seen = input({ ...older, desired: wanted(spec('web', ensemble)), coordination: known });
    const verdict = seen.observed.verdicts.get('web');
    if (verdict === undefined) throw new Error('it is probed');
    const verdicts = new Map([['web', { ...verdict, leader: true }]]);
    return printPlan(plan({ ...seen, observed: { ...seen.observed, verdicts } })).join('');
  };
  t.equal(leading([]), 'web: wait for slot (it leads, and web-2, web-3 go first)');
  t.equal(leading([roll('web-2', 'ready')]), 'web: wait for slot (it leads, and web-3 goes first)');
  t.match(leading([roll('web-2', 'ready'), roll('web-3', 'ready')]), /^web: claim/);
  const ready = [roll('web-2', 'ready')];
  t.match(leading(ready, { alive: false }), /^web: claim/, 'one that is away is not waited for');
  t.match(leading(ready, { down: ['web'] }), /^web: claim/, 'nor one that is down');
  t.equal(
    leading([...ready, roll('web-3', 'begun')], { down: ['web'] }),
    'web: wait for slot (it leads, and web-3 goes first)',
    'but for the change',
  );
  t.match(leading(ready, {}, ['web-1', 'web-2']), /^web: claim/, 'nor one that is no member of the ensemble');
  t.end();
});

t.test('where the others have to know of a new member first, it starts last', (t) => {
  const disruption = disruptionOf('web', { joins: 'last' });
  const ensemble = { number: 4, nodes: ['web-1', 'web-2', 'web-3'], id: null };
  const joining = (more: Partial<Joined>) =>
    planned({ desired: wanted(spec('web', { disruption, ensemble })), coordination: joined(more) });
  const wish = { component: 'web', definition, group: 'web', max: 1, leads: false, others: [] } as const;
  const read = new Set([wishKey({ ...wish, what: 'join' })]);
  t.equal(joining({}), 'web: wait for ensemble (it is being read how the other members are)');
  t.match(joining({ read }), /^web: create/, 'at the first forming nobody has told of anything');
  t.equal(
    joining({ read, rolls: [roll('web-2', 'ready', 'before'), roll('web-3', 'ready')] }),
    'web: wait for ensemble (web-2 must know of the new member first, and be ready with it)',
  );
  t.match(joining({ read, rolls: [roll('web-2', 'ready'), roll('web-3', 'ready')] }), /^web: create/);
  t.match(
    joining({ read, rolls: [roll('web-9', 'ready', 'before')] }),
    /^web: create/,
    'who is no member does not count',
  );
  t.end();
});

t.test('components of one group share their slots', (t) => {
  const disruption: Disruption = disruptionOf('web', { group: 'quorum' });
  const world: World = {
    desired: wanted(spec('db'), spec('web', { disruption })),
    own: [container('db', B), container('web', A, old)],
    health: { web: 'ready', db: 'alive' },
  };
  const wish = {
    component: 'web',
    definition,
    group: 'quorum',
    max: 1,
    what: 'replace',
    leads: false,
    others: [],
  } as const;
  const taken = slot('web-1', { group: 'quorum', component: 'db' });
  const known = { read: new Set([wishKey(wish)]), slots: [taken], certain: new Set(['quorum/0']) };
  t.equal(
    planned({ ...world, coordination: joined(known) }),
    'web: wait for slot (db of this node is not ready again, and holds slot quorum/0)',
  );
  t.end();
});
