/** When an ensemble may be changed by one member, and when not. */
import t from 'tap';
import { judge, type Sight } from '../../src/cluster/membership.js';
import { type Ensemble, ensembleText, formEnsemble } from '../../src/desired/ensemble.js';

/** How a node is, in a word. */
const WORDS = {
  ready: {
    known: true,
    alive: true,
    told: { component: { state: 'running', health: 'ready', current: true } },
  },
  old: {
    known: true,
    alive: true,
    told: { component: { state: 'running', health: 'ready', current: false } },
  },
  down: {
    known: true,
    alive: true,
    told: { component: { state: 'exited', health: 'unknown', current: true } },
  },
  waiting: {
    known: true,
    alive: true,
    told: { component: { state: 'missing', health: 'unknown', current: false } },
  },
  elsewhere: { known: true, alive: true, told: { component: null } },
  silent: { known: true, alive: true, told: null },
  dead: { known: true, alive: false, told: null },
  stranger: { known: false, alive: false, told: null },
} as const satisfies Record<string, Omit<Sight, 'node' | 'proven'>>;

type Words = readonly (keyof typeof WORDS)[];

/** Nodes web-1 and on, of which the first are the members. */
function told(
  kind: 'add' | 'remove',
  node: string,
  words: Words,
  members: number | Ensemble,
  { force = false, joinsLast = false, proven = true } = {},
): string {
  const names = words.map((_, index) => `web-${index + 1}`);
  const ensemble = typeof members === 'number' ? formEnsemble(names.slice(0, members)) : members;
  const sightOf = (name: string): Sight => ({
    node: name,
    proven,
    ...WORDS[words[names.indexOf(name)] ?? 'stranger'],
  });
  const judged = judge({ component: 'db', kind, node, ensemble, sightOf, joinsLast, force });
  return judged.ok ? [ensembleText(judged.after), ...judged.notes].join('; ') : `refused: ${judged.why}`;
}

const three: Words = ['ready', 'ready', 'ready'];

t.test('adding', async (t) => {
  t.match(
    told('add', 'web-4', [...three, 'waiting'], 3),
    '1=web-1,2=web-2,3=web-3,4=web-4; 4 members can lose no more',
  );
  t.match(told('add', 'web-2', ['ready', 'waiting'], 1), /^1=web-1,2=web-2; two members have no spare/);
  t.equal(
    told(
      'add',
      'web-3',
      ['ready', 'ready', 'waiting', 'ready'],
      [
        { number: 1, node: 'web-1' },
        { number: 3, node: 'web-2' },
      ],
    ),
    '1=web-1,2=web-3,3=web-2',
    'the lowest number that is free',
  );
  t.match(told('add', 'web-3', three, 3), /refused: web-3 is member 3 of ensemble db already/);
  t.match(told('add', 'web-9', three, 3), /refused: no node web-9 is known/);
  t.match(
    told('add', 'web-9', three, 3, { force: true }),
    /refused: no node web-9 is known/,
    'whatever one knows better',
  );
  t.match(told('add', 'web-4', [...three, 'dead'], 3), /refused: the agent of web-4 does not live/);
  t.match(told('add', 'web-4', [...three, 'elsewhere'], 3), /refused: web-4 does not have db by its roles/);
  for (const [word, why] of [
    ['down', /db of member web-2 is exited, unknown: a member is added when all others are ready/],
    ['old', /db of member web-2 is running, ready, and not yet as wanted/],
    ['dead', /the agent of member web-2 does not live/],
    ['silent', /member web-2 has not told how it is since the ensemble was last changed/],
    ['elsewhere', /member web-2 does not have db by its roles/],
  ] as const) {
    const words: Words = ['ready', word, 'ready', 'waiting'];
    t.match(told('add', 'web-4', words, 3), why);
    t.match(told('add', 'web-4', words, 3, { force: true }), /4=web-4/);
  }
});

t.test('adding one that takes over its data from a quorum', (t) => {
  const joinsLast = true;
  const beside = (count: number, force = false) =>
    told('add', `web-${count + 1}`, [...Array<'ready'>(count).fill('ready'), 'waiting'], count, {
      joinsLast,
      force,
    });
  t.match(
    beside(1),
    /refused: a new db takes over its data from a quorum, which would be 2, and 1 has it: neither would ever be ready/,
  );
  t.match(beside(1, true), /^1=web-1,2=web-2;/, 'whoever knows better');
  t.match(
    told('add', 'web-4', [...three, 'waiting'], 3, { joinsLast, proven: false }),
    /refused: db of web-1 has not been ready for 10 s yet/,
  );
  for (const count of [2, 3, 4]) t.match(beside(count), new RegExp(`,${count + 1}=web-${count + 1}`));
  t.end();
});

t.test('removing', async (t) => {
  t.match(
    told('remove', 'web-2', ['ready', 'dead', 'ready'], 3),
    /^1=web-1,3=web-3; two members have no spare/,
  );
  t.match(told('remove', 'web-4', [...three, 'elsewhere'], 4), '1=web-1,2=web-2,3=web-3');
  t.match(told('remove', 'web-4', [...three, 'waiting'], 4), '1=web-1,2=web-2,3=web-3');
  t.match(told('remove', 'web-2', three, 3), /refused: web-2 runs db, .*: take its role away first/);
  t.match(told('remove', 'web-2', ['ready', 'silent', 'ready'], 3), /has not told yet that it does not/);
  t.match(told('remove', 'web-2', three, 3, { force: true }), /^1=web-1,3=web-3/);
  t.match(told('remove', 'web-9', three, 3), /refused: web-9 is no member/);
  t.match(told('remove', 'web-1', ['dead'], 1, { force: true }), /refused: web-1 is the last member/);
  t.match(told('remove', 'web-3', ['ready', 'down', 'dead'], 3), /db of member web-2 is exited/);
  t.match(
    told('remove', 'web-3', ['ready', 'dead', 'dead'], 3),
    /refused: only 1 of the other members are ready, and 2 are the quorum of 3/,
  );
  t.match(
    told('remove', 'web-5', [...three, 'dead', 'dead'], 5),
    '1=web-1,2=web-2,3=web-3,4=web-4',
    'one of two dead ones',
  );
  t.match(told('remove', 'web-2', ['ready', 'dead'], 2), /refused: only 1 .* 2 are the quorum of 2/);
});
