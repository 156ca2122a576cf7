/** All states of small clusters that roll a definition: whatever stops, dies or is slow, no more are away than may be. */
import t from 'tap';
import { away, begin, isDone, type ModelOptions, reached, type State, steps } from './slot-model.js';

interface Explored {
  readonly states: number;
  readonly mostAway: number;
  readonly mostReached: number;
  /** States from which the roll can't come to its end any more. */
  readonly hopeless: number;
  /** The way to the first state with more nodes away than `max`. */
  readonly broken: readonly string[] | null;
}

function explore(options: ModelOptions): Explored {
  const first = begin(options);
  const keyOf = (state: State) => JSON.stringify(state);
  const found = new Map<
    string,
    { readonly state: State; readonly by: string; readonly from: string | null }
  >();
  const before = new Map<string, string[]>();
  const queue = [keyOf(first)];
  found.set(keyOf(first), { state: first, by: 'begin', from: null });
  let broken: string | null = null;
  for (let at = 0; at < queue.length; at += 1) {
    const key = queue[at] ?? '';
    const here = found.get(key);
    if (here === undefined) continue;
    if (broken === null && away(here.state) > options.max) broken = key;
    for (const [by, state] of steps(here.state, options)) {
      const next = keyOf(state);
      const known = before.get(next);
      if (known === undefined) before.set(next, [key]);
      else known.push(key);
      if (found.has(next)) continue;
      found.set(next, { state, by, from: key });
      queue.push(next);
    }
  }
  const all = [...found.values()].map(({ state }) => state);
  const way: string[] = [];
  for (let key = broken; key !== null; key = found.get(key)?.from ?? null)
    way.unshift(found.get(key)?.by ?? '');
  return {
    states: found.size,
    mostAway: most(all.map(away)),
    mostReached: most(all.map(reached)),
    hopeless: found.size - reaching(all.filter(isDone).map(keyOf), before).size,
    broken: broken === null ? null : way,
  };
}

function most(counts: readonly number[]): number {
  return counts.reduce((one, other) => Math.max(one, other), 0);
}

/** Everything from which one of the goals can be reached. */
function reaching(
  goals: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set(goals);
  const queue = [...goals];
  for (let at = 0; at < queue.length; at += 1) {
    for (const key of before.get(queue[at] ?? '') ?? []) {
      if (found.has(key)) continue;
      found.add(key);
      queue.push(key);
    }
  }
  return found;
}

for (const peers of [true, false]) {
  const what = peers ? 'that ask each other' : 'that can not ask each other';
  t.test(`a good definition, three agents ${what}`, (t) => {
    const explored = explore({ agents: 3, max: 1, good: true, peers, stale: false });
    t.comment(`${explored.states} states`);
    t.equal(explored.broken, null, 'never more than one is away');
    t.equal(explored.mostAway, 1);
    t.equal(explored.mostReached, 3, 'the roll reaches all');
    t.equal(explored.hopeless, 0, 'and from wherever it stands it can come to its end');
    t.end();
  });

  t.test(`a bad definition, three agents ${what}`, (t) => {
    const explored = explore({ agents: 3, max: 1, good: false, peers, stale: false });
    t.equal(explored.broken, null, 'never more than one is away');
    t.equal(explored.mostReached, 1, 'it reaches one node, whatever happens there');
    t.end();
  });

  for (const good of [true, false]) {
    t.test(
      `two agents ${what}, whose readings may be old, with a ${good ? 'good' : 'bad'} definition`,
      (t) => {
        const explored = explore({ agents: 2, max: 1, good, peers, stale: true });
        t.comment(`${explored.states} states`);
        t.equal(explored.broken, null, 'never more than one is away');
        t.equal(explored.mostReached, good ? 2 : 1);
        if (good) t.equal(explored.hopeless, 0);
        t.end();
      },
    );
  }
}

t.test('two slots let two be away, and no more', (t) => {
  const explored = explore({ agents: 3, max: 2, good: true, peers: false, stale: false });
  t.equal(explored.broken, null);
  t.equal(explored.mostAway, 2);
  t.end();
});
