/** A pass over a settled node: how long, and what it asks of the engine. */
import type { Figure } from '../figure.js';
import { numbered, openRig, type Rig, sleeper } from '../rig.js';

const PASSES = 100;

export async function pass(): Promise<readonly Figure[]> {
  const rig = await openRig({ components: numbered(6, () => sleeper()), counted: true });
  try {
    await rig.put('nodes/web-1/role', 'bench');
    await rig.settled();
    const passes = await timePasses(rig, PASSES);
    const common = { measure: 'pass' };
    return [
      { ...common, what: 'a pass of a settled node', unit: 'ms', values: passes.times, target: 20 },
      { ...common, what: 'lists in a pass', unit: 'calls', values: [passes.lists / PASSES], target: 1 },
      {
        ...common,
        what: 'other calls in a pass',
        unit: 'calls',
        values: [passes.others / PASSES],
        target: 0,
      },
    ];
  } finally {
    await rig.close();
  }
}

/**
 * Asks for one pass after the other; a pass that is asked for in the middle of one comes after it, so a round from list
 * to list holds a whole pass, and the request for it.
 */
export async function timePasses(
  { agent, proxy }: Rig,
  passes: number,
): Promise<{ readonly times: readonly number[]; readonly lists: number; readonly others: number }> {
  if (proxy === null) throw new Error('the engine is not counted');
  const times: number[] = [];
  proxy.take();
  for (let number = 0; number < passes; number += 1) {
    const begun = performance.now();
    const listed = proxy.nextList();
    await agent.get('/v1/reconcile', { method: 'POST' });
    await listed;
    times.push(performance.now() - begun);
  }
  const { lists, others } = proxy.take();
  return { times, lists, others: others.length };
}
