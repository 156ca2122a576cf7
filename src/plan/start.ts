/** The way from a container to one that runs: what it waits for, what is in its way, and what has to stop before it. */
import type { ComponentSpec, Wanted } from '../desired/desired.js';
import { atWill, replacing } from './at-will.js';
import { checkObstacle, isCheck } from './check.js';
import { ended, endOf, finished, isDone } from './end.js';
import { ensembleIdObstacle } from './ensemble-id.js';
import { memoryOf } from './memory.js';
import { type OwnContainer, portKey } from './observed.js';
import { ofComponent } from './of-component.js';
import type { PlanInput } from './plan.js';
import { clearAway } from './remove.js';
import type { SortedOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { type Step, unlessCrashing } from './step.js';

/** A container whose start failed so often is made anew: its sandbox or network may be gone from the engine. */
const STARTS_BEFORE_REMAKE = 3;

export function start(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
  // How it ended is not known yet: the engine will tell, and pokes then.
  if (current.state === 'exited' && current.detail === null) return null;
  const [gone, ...others] = sorted.retired.filter((container) => !isRunning(container));
  if (gone && others.length > 0) return clearAway(spec.name, [gone], input, 'a later one took its place');
  switch (endOf(spec, current)) {
    case 'final':
      return finished(current);
    case 'done':
      return clearAway(spec.name, sorted.retired, input, 'the work of its successor is done');
  }
  const missing = unreadyBefore(spec, input);
  if (missing.length > 0) return waitFor(spec, missing);
  const obstacle = ensembleIdObstacle(spec, current, input);
  if (obstacle) return obstacle;
  const serving = sorted.retired.find(isRunning);
  if (serving) {
    const stop = clearAway(spec.name, [serving], input, 'its successor is ready to start');
    return atWill(stop, replacing(spec, serving), input);
  }
  const held = spec.hostPorts.map((port) => [port, input.observed.portHolders.get(portKey(port))] as const);
  const blocked = held.find(([, holder]) => holder !== undefined);
  if (blocked) {
    const because = `port ${portKey(blocked[0])} is held by ${blocked[1]}: stop that one or move it`;
    return { component: spec.name, state: 'blocked', because };
  }
  const fresh = makeAnew(spec, current, input);
  if (fresh) return fresh;
  const unchecked = checkObstacle(spec, input);
  if (isCheck(unchecked)) return unchecked;
  const because = current.state === 'created' ? 'it is new' : ended(current);
  const files = unchecked === null ? spec : null;
  const action = { do: 'start' as const, component: spec.name, id: current.id, spec: files, because };
  return unlessCrashing(action, input.memory, input.now);
}

/** The way out for a container that has failed to start again and again; each fresh one gets its try. */
function makeAnew({ name }: ComponentSpec, { id }: OwnContainer, { memory, now }: PlanInput): Step {
  const failed = memoryOf(memory, name).failed.start;
  if (failed?.container !== id || failed.failures < STARTS_BEFORE_REMAKE || now < failed.nextAt) return null;
  const because = `start failed ${failed.failures} times, a fresh container may help: ${failed.message}`;
  return { do: 'remove', component: name, id, because };
}

/** Components of this node that it starts after and that are not ready. One that is not here is skipped. */
export function unreadyBefore(
  spec: ComponentSpec,
  { desired, observed }: Pick<PlanInput, 'desired' | 'observed'>,
): readonly string[] {
  if (!desired.known) return [];
  return spec.after.filter((name) => {
    const other = desired.components.get(name);
    return other !== undefined && !isReady(name, other, observed);
  });
}

function isReady(component: string, wanted: Wanted, { own, verdicts }: PlanInput['observed']): boolean {
  if (wanted.ok && ofComponent(own, component).some((container) => isDone(wanted.spec, container)))
    return true;
  const verdict = verdicts.get(component);
  return (
    verdict?.health === 'ready' &&
    ofComponent(own, component).some(
      (container) => container.id === verdict.containerId && container.state === 'running',
    )
  );
}

export function waitFor(spec: ComponentSpec, missing: readonly string[]): Step {
  const because = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not ready`;
  return { component: spec.name, waits: 'dependency', until: null, because };
}
