/** How a pass and a change grow with the number of components on a node. */
import type { Figure } from '../figure.js';
import { numbered, openRig, type Rig, sleeper } from '../rig.js';
import { timePasses } from './pass.js';

const SIZES = [10, 30, 100] as const;
const PASSES = 30;
const CHANGES = 7;

interface Cost {
  readonly size: number;
  readonly pass: readonly number[];
  readonly change: readonly number[];
}

export async function many(): Promise<readonly Figure[]> {
  const definitions = numbered(Math.max(...SIZES), (number) =>
    sleeper(number === 1 ? 'env: { WORD: "{{ params.word }}" }\n' : ''),
  );
  const names = Object.keys(definitions);
  const roles = Object.fromEntries(SIZES.map((size) => [`of-${size}`, names.slice(0, size)]));
  const rig = await openRig({ components: definitions, roles, counted: true });
  const costs: Cost[] = [];
  try {
    for (const size of SIZES) {
      await rig.put('nodes/web-1/role', `of-${size}`);
      await rig.settled();
      // The engine is still busy with those that it has just made.
      await timePasses(rig, 2 * PASSES);
      const { times } = await timePasses(rig, PASSES);
      costs.push({ size, pass: times, change: await changes(rig, size) });
    }
  } finally {
    await rig.close();
  }
  return [
    ...growth('a pass', costs, ({ pass }) => pass),
    ...growth('a change', costs, ({ change }) => change),
  ];
}

/** A parameter that one component uses: from the write to its new container running. */
async function changes({ engine, put, settled }: Rig, size: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let number = 0; number < CHANGES; number += 1) {
    const started = engine.next('start');
    const begun = performance.now();
    await put('cluster/params/word', `of ${size}, number ${number}`);
    times.push((await started).at - begun);
    await settled();
  }
  return times;
}

/** Linear is the most: a hundred components may cost ten times what ten do. */
function growth(
  what: string,
  costs: readonly Cost[],
  pick: (cost: Cost) => readonly number[],
): readonly Figure[] {
  const [smallest, ...larger] = costs;
  if (smallest === undefined) return [];
  return larger.map((cost) => ({
    measure: 'many',
    what: `${what}, ${cost.size} components`,
    unit: 'ms',
    values: pick(cost),
    against: { who: `with ${smallest.size}`, values: pick(smallest) },
    target: cost.size / smallest.size,
  }));
}
