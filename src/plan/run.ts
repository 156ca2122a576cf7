/**
 * The way to one running container that is as wanted: image, container, start; a container made of something else
 * is marked to go only once its successor's image is here, and stopped only once the successor exists.
 */
import type { ComponentSpec, Wanted } from '../desired/desired.js';
import { ended, endOf, finished, isDone } from './end.js';
import { ensembleIdObstacle } from './ensemble-id.js';
import { memoryOf } from './memory.js';
import { giveNameBack, isInTheWay, makeRoom, nameBlocked } from './misnamed.js';
import { containerName } from './names.js';
import { type OwnContainer, portKey } from './observed.js';
import type { PlanInput } from './plan.js';
import { clearAway, isRunning, retire } from './remove.js';
import { type SortedOut, sortOut } from './sort-out.js';
import { type Step, unlessCrashing, unlessFailing } from './step.js';
import { successorObstacle } from './successor.js';

/** A container whose start failed so often is made anew: its sandbox or network may be gone from the engine. */
const STARTS_BEFORE_REMAKE = 3;

export function run(spec: ComponentSpec, own: readonly OwnContainer[], input: PlanInput): Step {
  const sorted = sortOut(own, input.prefix, spec.name);
  const { current, surplus } = sorted;
  const second = surplus.find((container) => container.state !== 'removing');
  if (second?.state === 'dead') return removeDead(second, input);
  if (second) return retire(second, input, 'it is a second container of the component');
  if (current === null) return make(spec, sorted, input);
  if (current.state === 'removing') return null;
  if (current.state === 'dead') return removeDead(current, input);
  if (isInTheWay(current, input)) return makeRoom(current, input);
  if (current.digest !== spec.digest) return replace(spec, current, sorted, input);
  if (current.name !== containerName(input.prefix, spec.name)) return giveNameBack(current, input);
  return tend(spec, current, sorted, input);
}

function removeDead({ component, id }: OwnContainer, { memory, now }: PlanInput): Step {
  return unlessFailing({ do: 'remove', component, id, because: 'the engine left it dead' }, memory, now);
}

/** There is no container: get the image, then create. */
function make(spec: ComponentSpec, { retired }: SortedOut, input: PlanInput): Step {
  const component = spec.name;
  const name = containerName(input.prefix, component);
  const holder = input.observed.foreignNames.get(name);
  if (holder) return nameBlocked(component, name, holder);
  const serves = retired.some(isRunning);
  const obstacle = successorObstacle(spec, input, { because: 'its image is not on the node', serves });
  const predecessor = retired.find(isRunning) ?? retired[0];
  if (obstacle && predecessor) {
    const because = `its successor is not to be had: ${obstacle.because}`;
    const action = { do: 'rename' as const, component, id: predecessor.id, name, because };
    return unlessFailing(action, input.memory, input.now);
  }
  if (obstacle) return obstacle;
  const because = retired.length > 0 ? 'its predecessor is made of something else' : 'it has no container';
  const action = { do: 'create' as const, component, spec, name, because };
  return unlessFailing(action, input.memory, input.now);
}

/** The container is made of something else: it serves until its successor's image is here and can be created. */
function replace(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
  const works = isRunning(current);
  const serves = works || sorted.retired.some(isRunning);
  const because = 'the image of its successor is not on the node';
  const obstacle = successorObstacle(spec, input, { because, serves });
  if (current.state === 'paused') return unpause(current, input);
  if (obstacle) {
    if (serves || endOf(spec, current)) return obstacle;
    const because = `${ended(current)}, and its successor is not to be had yet`;
    const start = { do: 'start' as const, component: spec.name, id: current.id, spec: null, because };
    const step = unlessCrashing(start, input.memory, input.now);
    return step && 'do' in step ? step : obstacle;
  }
  const missing = works ? unreadyBefore(spec, input) : [];
  if (missing.length > 0) return waitFor(spec, missing);
  return retire(
    current,
    input,
    `it is made of something else: ${short(current.digest)} → ${short(spec.digest)}`,
  );
}

/** Enough of a digest to tell two apart. */
function short(digest: string): string {
  return digest === '' ? 'no digest' : digest.slice(0, 10);
}

/** The container is as wanted: see that it runs, is well, and is alone. */
function tend(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
  const component = spec.name;
  switch (current.state) {
    case 'running': {
      const predecessors = clearAway(component, sorted.retired, input, 'its successor runs');
      return predecessors ?? restartIfFailing(spec, current, input);
    }
    case 'paused':
      return unpause(current, input);
    case 'created':
    case 'exited':
      return start(spec, current, sorted, input);
    default:
      return null;
  }
}

function unpause({ component, id }: OwnContainer, { memory, now }: PlanInput): Step {
  return unlessFailing({ do: 'unpause', component, id, because: 'somebody paused it' }, memory, now);
}

function restartIfFailing(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const verdict = input.observed.verdicts.get(spec.name);
  if (verdict?.containerId !== current.id || verdict.health !== 'failing') return null;
  const because = `its live probe fails: ${verdict.output}`;
  const action = {
    do: 'restart' as const,
    component: spec.name,
    id: current.id,
    timeout: spec.stopTimeout,
    because,
  };
  return unlessCrashing(action, input.memory, input.now);
}

function start(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
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
  if (sorted.retired.some(isRunning)) {
    return clearAway(spec.name, sorted.retired.filter(isRunning), input, 'its successor is ready to start');
  }
  const held = spec.hostPorts.map((port) => [port, input.observed.portHolders.get(portKey(port))] as const);
  const blocked = held.find(([, holder]) => holder !== undefined);
  if (blocked) {
    const because = `port ${portKey(blocked[0])} is held by ${blocked[1]}: stop that one or move it`;
    return { component: spec.name, state: 'blocked', because };
  }
  const fresh = makeAnew(spec, current, input);
  if (fresh) return fresh;
  const because = current.state === 'created' ? 'it is new' : ended(current);
  const action = { do: 'start' as const, component: spec.name, id: current.id, spec, because };
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
function unreadyBefore(spec: ComponentSpec, { desired, observed }: PlanInput): readonly string[] {
  if (!desired.known) return [];
  return spec.after.filter((name) => {
    const other = desired.components.get(name);
    return other !== undefined && !isReady(name, other, observed);
  });
}

function isReady(component: string, wanted: Wanted, { own, verdicts }: PlanInput['observed']): boolean {
  if (
    wanted.ok &&
    own.some((container) => container.component === component && isDone(wanted.spec, container))
  )
    return true;
  const verdict = verdicts.get(component);
  return (
    verdict?.health === 'ready' &&
    own.some((container) => container.id === verdict.containerId && container.state === 'running')
  );
}

function waitFor(spec: ComponentSpec, missing: readonly string[]): Step {
  const because = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not ready`;
  return { component: spec.name, waits: 'dependency', until: null, because };
}
