/** A container of ours that somebody gave another name: it gets its own back, or at least out of another's way. */
import { containerName, displacedName } from './names.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { type Step, unlessFailing } from './step.js';

/** Its fixed name, unless somebody else holds it. */
export function giveNameBack(current: OwnContainer, input: PlanInput): Step {
  const name = containerName(input.prefix, current.component);
  const holder = input.observed.foreignNames.get(name);
  if (holder) return nameBlocked(current.component, name, holder);
  return rename(current, name, input);
}

/** Whether it has the name of another component that is wanted here. */
export function isInTheWay({ component, name }: OwnContainer, { desired, prefix }: PlanInput): boolean {
  const wanted = desired.known ? [...desired.components.keys()] : [];
  return wanted.some((other) => other !== component && containerName(prefix, other) === name);
}

/** Before anything that may have to wait: two that have each other's name would wait for each other for ever. */
export function makeRoom(current: OwnContainer, input: PlanInput): Step {
  const { component, id } = current;
  const { own, foreignNames } = input.observed;
  const fixed = containerName(input.prefix, component);
  const isHeld = foreignNames.has(fixed) || own.some(({ name }) => name === fixed);
  return rename(current, isHeld ? displacedName(input.prefix, component, id) : fixed, input);
}

export function nameBlocked(component: string, name: string, holder: string): Step {
  const because = `the name ${name} is held by ${holder}: remove or rename that one`;
  return { component, state: 'blocked', because };
}

function rename({ component, id, name: before }: OwnContainer, name: string, input: PlanInput): Step {
  const because = `somebody renamed it to ${before}`;
  return unlessFailing({ do: 'rename', component, id, name, because }, input.memory, input.now);
}
