/**
 * The way to one running container that is as wanted: image, container, start; a container made of something else
 * is marked to go only once its successor's image is here, and stopped only once the successor exists.
 */
import type { ComponentSpec } from '../desired/desired.js';
import { atWill, replacing } from './at-will.js';
import { canBeKept, isCheck, isRefused } from './check.js';
import { ended, endOf } from './end.js';
import { joinObstacle } from './join.js';
import { memoryOf } from './memory.js';
import { giveNameBack, isInTheWay, makeRoom, nameBlocked } from './misnamed.js';
import { containerName } from './names.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { clearAway, retire } from './remove.js';
import { isForgotten, standBy } from './rollback.js';
import { ownMark } from './settle.js';
import { type SortedOut, sortOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { unreadyBefore, waitFor } from './start.js';
import { type Step, unlessCrashing, unlessFailing } from './step.js';
import { successorObstacle } from './successor.js';
import { tend, unpause } from './tend.js';

/** A definition of which no container could be created so often counts as failed. */
const CREATES_BEFORE_FAILED = 3;

export function run(spec: ComponentSpec, own: readonly OwnContainer[], input: PlanInput): Step {
  const sorted = sortOut(own, input.prefix, spec.name);
  const { current, surplus, failed } = sorted;
  const second = surplus.find((container) => container.state !== 'removing');
  if (second?.state === 'dead') return removeDead(second, input);
  if (second) return retire(second, input, 'it is a second container of the component');
  const outdated = failed.find((it) => isForgotten(it, spec, input) || current?.digest === spec.digest);
  if (outdated) return clearAway(spec.name, [outdated], input, 'another try is made');
  if (failed[0]) return standBy(spec, failed[0], sorted, input);
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
  if (obstacle && predecessor && !isCheck(obstacle)) {
    const because = `its successor is not to be had: ${obstacle.because}`;
    const action = { do: 'rename' as const, component, id: predecessor.id, name, because };
    return unlessFailing(action, input.memory, input.now);
  }
  const kept = isRefused(obstacle) && canBeKept(spec, input);
  if (obstacle && !kept) return obstacle;
  const others = retired.length === 0 ? joinObstacle(spec, input) : null;
  if (others) return others;
  const because = retired.length > 0 ? 'its predecessor is made of something else' : 'it has no container';
  const action = { do: 'create' as const, component, spec, name, ...(kept ? { kept } : {}), because };
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
  if (createFails(spec, input)) {
    const because = 'its container can not be created';
    return { do: 'mark', component: spec.name, definition: spec.definition, state: 'failed', because };
  }
  const changed = `it is made of something else: ${short(current.digest)} → ${short(spec.digest)}`;
  return atWill(retire(current, input, changed), replacing(spec, current), input);
}

/** A definition that the engine takes from nobody: the others are spared. */
function createFails(spec: ComponentSpec, { memory, coordination }: PlanInput): boolean {
  const { failed } = memoryOf(memory, spec.name);
  const often = (failed.create?.failures ?? 0) >= CREATES_BEFORE_FAILED;
  return often && failed.mark === undefined && ownMark(spec, coordination) === 'begun';
}

/** Enough of a digest to tell two apart. */
function short(digest: string): string {
  return digest === '' ? 'no digest' : digest.slice(0, 10);
}
