/**
 * A replacement that does not become ready in time goes, and its predecessor, kept until then, comes back. That it
 * failed stands on the engine, in the failed container's name: so it is tried again neither by a later pass nor by a
 * later agent, and there is never a rollback of a rollback.
 */
import type { ComponentSpec } from '../desired/desired.js';
import { keep } from './keep.js';
import { memoryOf } from './memory.js';
import { containerName, failedName } from './names.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { clearAway } from './remove.js';
import { ownMark } from './settle.js';
import type { SortedOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { type Step, unlessFailing } from './step.js';

/** The one to come back; null: there is none, or it did not work either. */
export function predecessorOf(
  { retired }: SortedOut,
  component: string,
  input: PlanInput,
): OwnContainer | null {
  const { broken } = memoryOf(input.memory, component);
  const startedAt = (container: OwnContainer) => Date.parse(container.detail?.startedAt ?? '') || 0;
  const worked = retired.filter(({ id, state }) => id !== broken && state !== 'dead' && state !== 'removing');
  return worked.sort((one, other) => startedAt(other) - startedAt(one))[0] ?? null;
}

/** When the successor has to be ready; null: it does not stand alone yet. */
export function dueAt(spec: ComponentSpec, current: OwnContainer, input: PlanInput): number | null {
  const { successor } = memoryOf(input.memory, spec.name);
  return successor?.id === current.id ? successor.since + spec.disruption.readyWithin : null;
}

/** The first step back: the others are told, and the failed one is marked. */
export function goBack(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const component = spec.name;
  const because = `it was not ready within ${inWords(spec.disruption.readyWithin)}, and its predecessor comes back`;
  const untold = memoryOf(input.memory, component).failed.mark === undefined;
  if (ownMark(spec, input.coordination) === 'begun' && untold) {
    return { do: 'mark', component, definition: spec.definition, state: 'failed', because };
  }
  const name = failedName(input.prefix, component, current.id);
  return unlessFailing(
    { do: 'retire', component, id: current.id, name, worked: false, because },
    input.memory,
    input.now,
  );
}

/** Whether the failed one is out of date: another definition is wanted, or somebody has had its mark forgotten. */
export function isForgotten(failed: OwnContainer, spec: ComponentSpec, input: PlanInput): boolean {
  return failed.digest !== spec.digest || ownMark(spec, input.coordination) === null;
}

/** The wanted definition failed here: the predecessor runs on, until a better one is wanted. */
export function standBy(
  spec: ComponentSpec,
  failed: OwnContainer,
  { current, retired }: SortedOut,
  input: PlanInput,
): Step {
  const component = spec.name;
  const { memory, now, prefix } = input;
  const because = `definition ${spec.definition.slice(0, 12)} did not become ready here`;
  if (isRunning(failed)) {
    const stop = { do: 'stop' as const, component, id: failed.id, timeout: spec.stopTimeout, because };
    return unlessFailing(stop, memory, now);
  }
  const [predecessor, ...others] = retired;
  if (current === null && predecessor !== undefined) {
    const name = containerName(prefix, component);
    return unlessFailing({ do: 'rename', component, id: predecessor.id, name, because }, memory, now);
  }
  if (current === null) return clearAway(component, [failed], input, 'there is nothing to go back to');
  const left = clearAway(
    component,
    predecessor === undefined ? [] : [predecessor, ...others],
    input,
    because,
  );
  if (left !== null) return left;
  const started = keep({ component, own: [current], spec: null, input, because });
  if (started !== null) return started;
  const untold =
    ownMark(spec, input.coordination) === 'begun' && memoryOf(memory, component).failed.mark === undefined;
  if (untold) return { do: 'mark', component, definition: spec.definition, state: 'failed', because };
  const log = `docker logs ${failed.name}`;
  const remedy = `put a better one; to have it tried again: ${againText(failed, input)}`;
  return {
    component,
    waits: null,
    until: null,
    halted: true,
    because: `${because}, and the one before runs on (${log}): ${remedy}`,
  };
}

function againText({ name }: OwnContainer, { coordination }: PlanInput): string {
  return coordination.kind === 'joined' ? `katod forget ${coordination.node}` : `docker rm ${name}`;
}

function inWords(milliseconds: number): string {
  return milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1_000} s`;
}
