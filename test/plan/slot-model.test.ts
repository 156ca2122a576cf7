/** All states of small clusters that roll a definition: whatever stops, dies or is slow, no more are away than may be. */
import t from 'tap';
import { away, begin, isDone, keyOf, type ModelOptions, reached, steps } from './slot-model.js';

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
  // States by number, in the order in which they are found; of each, how it was found first, and from where it is reached.
  const states = [first];
  const ways: { readonly by: string; readonly from: number }[] = [{ by: 'begin', from: -1 }];
  const before: number[][] = [[]];
  const numbers = new Map([[keyOf(first), 0]]);
  let broken = -1;
  for (let at = 0; at < states.length; at += 1) {
    const state = states[at] ?? first;
    if (broken === -1 && away(state) > options.max) broken = at;
    for (const [by, next] of steps(state, options)) {
      const key = keyOf(next);
      const number = numbers.get(key) ?? states.length;
      if (number === states.length) {
        numbers.set(key, number);
        states.push(next);
        ways.push({ by, from: at });
        before.push([]);
      }
      before[number]?.push(at);
    }
  }
  const way: string[] = [];
  for (let at = broken; at !== -1; at = ways[at]?.from ?? -1) way.unshift(ways[at]?.by ?? '');
  const done = states.flatMap((state, number) => (isDone(state) ? [number] : []));
  return {
    states: states.length,
    mostAway: most(states.map(away)),
    mostReached: most(states.map(reached)),
    hopeless: states.length - reaching(done, before).size,
    broken: broken === -1 ? null : way,
  };
}

function most(counts: readonly number[]): number {
  return counts.reduce((one, other) => Math.max(one, other), 0);
}

/** Everything from which one of the goals can be reached. */
function reaching(goals: readonly number[], before: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set(goals);
  const queue = [...goals];
  for (let at = 0; at < queue.length; at += 1) {
    for (const number of before[queue[at] ?? -1] ?? []) {
      if (found.has(number)) continue;
      found.add(number);
      queue.push(number);
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
