/** The parameters that a node's templates see: the stack's defaults, then the cluster's, then the node's own. */
import { openBudget } from '../catalog/budget.js';
import { isSecret } from '../catalog/name.js';
import type { Stack } from '../catalog/stack.js';
import { renderTemplate, type Scope } from '../catalog/template.js';
import type { ScopeUse } from '../catalog/template-names.js';
import type { Accepted, Parameters } from './accepted.js';

/**
 * Without a prototype, so that no name but the parameters' own is ever found. A default that can't be rendered leaves its parameter unset: who
 * uses it says so.
 */
export function parametersFor(stack: Stack, { params }: Pick<Accepted, 'params'>, scope: Scope): Parameters {
  const defaults: [string, string][] = [];
  for (const [name, { fallback }] of stack.params) {
    if (fallback === null) continue;
    const text = renderTemplate(fallback, scope, { budget: openBudget() });
    if (text.ok) defaults.push([name, text.value]);
  }
  return bare({ ...Object.fromEntries(defaults), ...params.cluster, ...params.node });
}

/** The cluster's parameters that a definition uses, as they are written: equal on every node. */
export function clusterParameters(
  stack: Stack,
  { params }: Accepted,
  { uses, component }: { readonly uses: ScopeUse; readonly component: string },
): Readonly<Record<string, string | null>> {
  const names = new Set([...uses.names, imageParameter(component)]);
  if (Object.hasOwn(params.cluster, REGISTRY_PARAMETER)) names.add(REGISTRY_PARAMETER);
  if (uses.all) for (const name of [...stack.params.keys(), ...Object.keys(params.cluster)]) names.add(name);
  const written = (name: string): string | null =>
    Object.hasOwn(params.cluster, name)
      ? (params.cluster[name] ?? null)
      : (stack.params.get(name)?.fallback?.source ?? null);
  return Object.fromEntries([...names].map((name) => [name, written(name)]));
}

/** The values that must never be shown. */
export function secretsIn(params: Parameters): readonly string[] {
  return Object.entries(params).flatMap(([name, value]) => (isSecret(name) ? [value] : []));
}

/** The parameter that names the registry, with a folder in it or none, for images that name none themselves. */
export const REGISTRY_PARAMETER = 'registry';

/** The parameter that replaces a component's image. */
export function imageParameter(component: string): string {
  return `image.${component}`;
}

/** The parameter with further flags for a component's command line, where its definition has a place for them. */
export function flagsParameter(component: string): string {
  return `flags.${component}`;
}

/** An object without a prototype. */
export function bare<T>(members: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, members);
}
