/** What is read off the desired state beside the plan: which images, which containers to probe, when to look. Pure. */
import type { ComponentSpec, Desired } from '../desired/desired.js';
import { specInForce } from '../desired/in-force.js';
import type { Plan } from '../plan/action.js';
import type { OwnContainer } from '../plan/observed.js';
import { ofComponent } from '../plan/of-component.js';
import { sortOut } from '../plan/sort-out.js';
import type { Seen } from './observe.js';

/** While something is in the way that gives no sign when it goes, look again so often, in milliseconds. */
const LOOK_WHILE_BLOCKED = 2_000;

/** The components that are wanted, those refused as they were last good. */
export function specsOf(desired: Desired): readonly ComponentSpec[] {
  if (!desired.known) return [];
  return [...desired.components.values()].flatMap((wanted) => specInForce(wanted) ?? []);
}

export function imagesWanted(desired: Desired): ReadonlySet<string> {
  return new Set(specsOf(desired).map((spec) => spec.shape.image));
}

/** Of each component the container that counts. */
export function currentOf({ own }: Seen, prefix: string): readonly OwnContainer[] {
  return [...new Set(own.map(({ component }) => component))].flatMap((component) => {
    return sortOut(ofComponent(own, component), prefix, component).current ?? [];
  });
}

/** Definition by component, of those that are good. */
export function definitionsWanted(desired: Desired): ReadonlyMap<string, string> {
  if (!desired.known) return new Map();
  const good = [...desired.components.values()].flatMap((wanted) => (wanted.ok ? [wanted.spec] : []));
  return new Map(good.map(({ name, definition }) => [name, definition]));
}

/** Of each component the container that serves: its predecessor does until it is started. */
export function servingOf(seen: Seen, prefix: string): readonly OwnContainer[] {
  return currentOf(seen, prefix).map((current) => {
    if (current.state === 'running') return current;
    return retiredOf(current, seen, prefix).find(({ state }) => state === 'running') ?? current;
  });
}

function retiredOf({ component }: OwnContainer, { own }: Seen, prefix: string): readonly OwnContainer[] {
  return sortOut(ofComponent(own, component), prefix, component).retired;
}

/** The cluster that this node's containers say they are of; null where none says. */
export function clusterOf({ own }: Seen): string | null {
  return own.find(({ cluster }) => cluster !== '')?.cluster ?? null;
}

/** Milliseconds until the plan may be another without a sign; infinite where nothing waits for a time. */
export function untilDue({ waiting, stuck, lookAgainAt }: Plan, now: number): number {
  const waits = waiting.flatMap(({ until }) => (until === null ? [] : [Math.max(0, until - now)]));
  const blocked = stuck.some(({ state }) => state === 'blocked') ? [LOOK_WHILE_BLOCKED] : [];
  const later = lookAgainAt === null ? [] : [Math.max(0, lookAgainAt - now)];
  return Math.min(...waits, ...blocked, ...later, Number.POSITIVE_INFINITY);
}
