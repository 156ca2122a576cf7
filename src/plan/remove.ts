/**
 * The way out of a component that is not wanted here: marked on the engine by its name first, then stopped once
 * nothing that depends on it runs, then removed. Volumes stay.
 */
import type { Desired } from '../desired/desired.js';
import { atWill, disruptionHere, isWorking } from './at-will.js';
import { retiredName } from './names.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { sortOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { type Step, unlessFailing } from './step.js';

export function remove(component: string, own: readonly OwnContainer[], input: PlanInput): Step {
  const { current, surplus, retired, failed } = sortOut(own, input.prefix, component);
  const because = whyUnwanted(input.desired);
  const active = current ?? surplus[0];
  if (active && active.state !== 'dead' && active.state !== 'removing') {
    return unlessNeeded(retire(active, input, because), active, input);
  }
  const dependents = runningDependents(component, input);
  if (dependents.length > 0 && retired.some(isRunning)) {
    return {
      component,
      waits: 'dependency',
      until: null,
      because: `${dependents.join(', ')} ${dependents.length === 1 ? 'stops' : 'stop'} first`,
    };
  }
  const going = [...(active ? [active] : []), ...retired, ...failed];
  const step = clearAway(component, going, input, because);
  const running = retired.find(isRunning);
  return running === undefined ? step : unlessNeeded(step, running, input);
}

/** What works goes when the other nodes can do without it, or when an operator has said that it must. */
function unlessNeeded(step: Step, container: OwnContainer, input: PlanInput): Step {
  if (input.desired.known && input.desired.forced) return step;
  const { component, definition } = container;
  const disruption = disruptionHere(component, input);
  return atWill(step, { what: 'remove', container, definition, disruption }, input);
}

/** Marks a container as to go. */
export function retire(container: OwnContainer, input: PlanInput, because: string): Step {
  const { component, id } = container;
  const name = retiredName(input.prefix, component, id);
  const worked = isRunning(container) && isWorking(container, input);
  return unlessFailing({ do: 'retire', component, id, name, worked, because }, input.memory, input.now);
}

/** The next step on the way out of containers that are marked: stop, else remove. */
export function clearAway(
  component: string,
  containers: readonly OwnContainer[],
  input: PlanInput,
  because: string,
): Step {
  const { memory, now } = input;
  const going = containers.filter((container) => container.state !== 'removing');
  const paused = going.find((container) => container.state === 'paused');
  if (paused) return unlessFailing({ do: 'unpause', component, id: paused.id, because }, memory, now);
  const running = going.find(isRunning);
  if (running) {
    return unlessFailing({ do: 'stop', component, id: running.id, timeout: null, because }, memory, now);
  }
  const left = going[0];
  return left ? unlessFailing({ do: 'remove', component, id: left.id, because }, memory, now) : null;
}

function whyUnwanted(desired: Desired): string {
  if (!desired.known) return 'it is not wanted here';
  if (desired.roles.length === 0) return 'the role of this node is none';
  return `it is not part of role ${desired.roles.join(', ')}`;
}

/** Components that are to go as well, start after this one, and still run: they stop before it. */
function runningDependents(component: string, { desired, observed }: PlanInput): readonly string[] {
  if (!desired.known) return [];
  const going = new Set(
    observed.own
      .filter((container) => isRunning(container) && !desired.components.has(container.component))
      .map((container) => container.component),
  );
  going.delete(component);
  return [...going].filter((other) => startsAfter(other, component, desired.order)).sort();
}

/** Whether `component` starts, directly or by way of others, after `other`. Cycles end. */
function startsAfter(
  component: string,
  other: string,
  order: ReadonlyMap<string, readonly string[]>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (seen.has(component)) return false;
  const before = order.get(component) ?? [];
  const next = new Set(seen).add(component);
  return before.includes(other) || before.some((step) => startsAfter(step, other, order, next));
}
