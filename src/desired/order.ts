/** The order of starting, and the checks across components that are made before anything starts. */

import * as z from 'zod';
import { openBudget } from '../catalog/budget.js';
import type { Catalog } from '../catalog/catalog.js';
import { check } from '../catalog/issues.js';
import type { Definition } from '../catalog/read-definition.js';
import type { Scope } from '../catalog/template.js';
import { suggestion } from '../settings/nearest.js';
import { circlesOf } from './circles.js';
import type { ComponentSpec, Problem, StartOrder, Wanted } from './desired.js';
import { renderDocument } from './render.js';

const namesSchema = z.array(z.string());

/**
 * What each component of the catalog starts after, without the circles. A definition whose `after` can't be rendered
 * starts after nothing.
 */
export function* startOrder(catalog: Catalog, scope: Scope): Generator<void, StartOrder> {
  const after = new Map<string, readonly string[]>();
  for (const [name, definition] of catalog.components) {
    after.set(name, afterOf(definition, scope));
    yield;
  }
  const circles = circlesOf(after);
  return new Map(
    [...after].map(([name, names]) => [name, names.filter((other) => !circles.get(name)?.includes(other))]),
  );
}

function afterOf(definition: Definition, scope: Scope): readonly string[] {
  const { after = [] } = definition.document;
  const { value } = renderDocument({ ...definition, document: { after } }, scope, openBudget());
  const names = check(z.looseObject({ after: namesSchema }), value);
  return names.ok ? names.value.after : [];
}

export interface Together {
  readonly catalog: Catalog;
  /** What was in force of a component before, or null. */
  readonly before: (component: string) => ComponentSpec | null;
}

/** The components with those refused that can't run beside the others. In the order of the roles. */
export function* checkTogether(
  wanted: ReadonlyMap<string, Wanted>,
  { catalog, before }: Together,
): Generator<void, ReadonlyMap<string, Wanted>> {
  const known = new Set([...catalog.components.keys(), ...catalog.refused.components.keys()]);
  const after = new Map(
    [...wanted].map(([name, component]) => [name, component.ok ? component.spec.after : []]),
  );
  const circles = circlesOf(after);
  yield;
  const holders = new Map<string, string>();
  const checked = new Map<string, Wanted>();
  for (const [name, component] of wanted) {
    const faults = [...unknownNames(after.get(name) ?? [], known), ...circleFault(name, circles.get(name))];
    // Only one that is good by itself has its ports and volumes.
    if (faults.length === 0) faults.push(...clashesOf(component, holders));
    const place = catalog.components.get(name)?.places.file ?? name;
    const problems: readonly Problem[] = faults.map((message) => ({ place, message }));
    const inForce = problems.length === 0 ? null : before(name);
    checked.set(name, problems.length === 0 ? component : { ok: false, name, problems, inForce });
    yield;
  }
  return checked;
}

/** So many are told: each is compared with every name there is. */
const MOST_TOLD = 3;

function unknownNames(after: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const unknown = after.filter((name) => !known.has(name));
  return unknown
    .slice(0, MOST_TOLD)
    .map((name) => `after: there is no component ${name}${suggestion(name, known)}`);
}

function circleFault(name: string, circle: readonly string[] | undefined): readonly string[] {
  if (circle === undefined) return [];
  if (circle.length === 1) return [`after: ${name} can't start after itself`];
  const named = circle.length > 10 ? `${circle.slice(0, 10).join(', ')} and others` : circle.join(', ');
  return [
    `after: ${named} wait for each other in a circle, so none could start: take one of them out of an "after"`,
  ];
}

/** Notes who holds which port and volume; the first in the order of the roles has it. */
function clashesOf(component: Wanted, holders: Map<string, string>): readonly string[] {
  if (!component.ok) return [];
  const { name, hostPorts, shape } = component.spec;
  const ports = hostPorts.map(({ port, protocol }) => `port ${port}/${protocol} of this host`);
  // Both parts may have a "-" in them: a-b with a volume c would share the data of a with a volume b-c.
  const volumes = Object.keys(shape.volumes).map((volume) => `the volume of name ${name}-${volume}`);
  const needed = [...ports, ...volumes];
  const clashes = needed.filter((thing) => holders.has(thing));
  if (clashes.length === 0) for (const thing of needed) holders.set(thing, name);
  return clashes.map((thing) => {
    const [key, remedy] = ports.includes(thing)
      ? ['ports', 'move one of them, or take it off this node']
      : ['volumes', 'rename one of them'];
    return `${key}: ${name} and ${holders.get(thing)} both need ${thing}: ${remedy}`;
  });
}
