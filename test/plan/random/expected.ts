/** How a world must look once all is well again, worked out from what is wanted and from what is in the way. */
import type { ComponentSpec, Desired } from '../../../src/desired/desired.js';
import { LABEL } from '../../../src/loop/labels.js';
import { containerName } from '../../../src/plan/names.js';
import { PREFIX } from '../world.js';
import { FINAL, type Scene } from './scene.js';

/** What is not as it must be, in words. */
export function flaws({ daemon, promises, ours }: Scene, desired: Desired): readonly string[] {
  const found: string[] = [...promises.broken, ...promises.volumesLost().map((volume) => `lost ${volume}`)];
  if (!desired.known) return found;
  const excused = new Set<string>();
  const specs = [...desired.components.values()].flatMap((wanted) => (wanted.ok ? [wanted.spec] : []));
  // By name, which is the order in which they start.
  for (const spec of specs) {
    const name = containerName(PREFIX, spec.name);
    const mine = ours().filter(({ request }) => request.labels[LABEL.component] === spec.name);
    const squatted = daemon.containers().some((one) => one.name === name && !promises.isOwn(one));
    const finished = mine.some(({ state, exitCode }) => state === 'exited' && exitCode === FINAL);
    const waits = spec.after.some((before) => excused.has(before));
    if (squatted || (finished && spec.restart.finalExits.includes(FINAL)) || waits) excused.add(spec.name);
    else found.push(...flawsOf(spec, mine, name));
  }
  for (const one of daemon.containers()) {
    if (promises.isCheck(one)) found.push(`${one.name} is left of a check`);
  }
  for (const { name, request } of ours()) {
    if (!desired.components.has(request.labels[LABEL.component] ?? '')) found.push(`${name} is left`);
  }
  return found;
}

function flawsOf(spec: ComponentSpec, mine: ReturnType<Scene['ours']>, name: string): readonly string[] {
  const [one] = mine;
  if (one === undefined) return [`${spec.name} has no container`];
  const words = mine.map((it) => `${it.name} ${it.request.shape.image} ${it.state}`).join(', ');
  const good =
    mine.length === 1 &&
    one.state === 'running' &&
    one.name === name &&
    one.request.labels[LABEL.digest] === spec.digest;
  return good ? [] : [`${spec.name} is ${words}`];
}
