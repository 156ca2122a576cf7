/** What is wanted of one component: what the store asks for, or why not, and what is in force in its place. */
import { openBudget } from '../catalog/budget.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Definition } from '../catalog/read-definition.js';
import { placeOf } from '../catalog/yaml.js';
import type { Parameters } from './accepted.js';
import { renderComponent } from './component.js';
import type { ComponentSpec, Problem, Wanted } from './desired.js';
import { deleteLine, keyPlace, setLine } from './key-text.js';
import { bare, flagsParameter, imageParameter, parametersFor, REGISTRY_PARAMETER } from './parameters.js';
import { flagsRefused, judge, type Policy } from './policy.js';
import { renderDocument } from './render.js';
import type { Rendering } from './rendering.js';

export interface Wanting {
  readonly catalog: Catalog;
  readonly rendering: Rendering;
  readonly policy: Policy;
  /** What was in force of a component before, or null. */
  readonly before: (component: string) => ComponentSpec | null;
}

/** Yields between two renderings. Null: its `when` leaves it out. */
export function* wantedOf(name: string, wanting: Wanting): Generator<void, Wanted | null> {
  const { catalog, rendering } = wanting;
  const definition = catalog.components.get(name);
  const asked: Wanted | null =
    definition === undefined
      ? undefinedHere(name, catalog)
      : yield* allowed(definition, rendering, wanting.policy);
  if (asked === null || asked.ok) return asked;
  // What is to come is no reason to fall back on anything but what is in force.
  if (asked.waits !== undefined) return { ...asked, inForce: wanting.before(name) };
  const inForce = wanting.before(name) ?? (yield* fallback(name, wanting));
  return { ...asked, problems: withRemedy(asked.problems, name, wanting), inForce };
}

function undefinedHere(name: string, { refused }: Catalog): Wanted {
  const absent = {
    place: `component ${name}`,
    message: `there is no definition of it: add components/${name}.yaml to the catalog, or cluster/components/${name} to the store`,
  };
  return { ok: false, name, problems: refused.components.get(name) ?? [absent], inForce: null };
}

/** Rendered, and where the store has a hand in it, judged. */
function* allowed(
  definition: Definition,
  rendering: Rendering,
  policy: Policy,
): Generator<void, Wanted | null> {
  const { name, from } = definition;
  const wanted = renderComponent(definition, rendering);
  yield;
  if (!wanted?.ok) return wanted;
  const asked = wanted.spec;
  const flags = flagsProblem(definition, asked, { rendering, policy });
  const problems = flags === null ? [] : [flags];
  const imageKey = keyOf(imageParameters(name), rendering);
  if (from.kind !== 'catalog' || imageKey !== null) {
    const { shipped, shippedImage } = shippedOf(definition, asked, rendering);
    yield;
    for (const [key, message] of judge({ component: name, asked, shipped, shippedImage }, policy)) {
      if (key === 'image' && imageKey !== null)
        problems.push({ place: keyPlace(rendering.words, imageKey), message });
      else problems.push({ place: placeOf(definition.places, [key]), message: `${key}: ${message}` });
    }
  }
  return problems.length === 0 ? wanted : { ok: false, name, problems, inForce: null };
}

/** Of flags that the store adds to a definition which is not its own. */
function flagsProblem(
  { name, from, uses }: Definition,
  asked: ComponentSpec,
  { rendering, policy }: Pick<Wanting, 'rendering' | 'policy'>,
): Problem | null {
  const key = keyOf([flagsParameter(name)], rendering);
  if (key === null || !uses.names.has(flagsParameter(name))) return null;
  if (from.kind !== 'catalog' && from.onto === null) return null;
  const message = flagsRefused(name, asked, policy);
  return message === null ? null : { place: keyPlace(rendering.words, key), message };
}

/** What it is judged against: the catalog's own definition, or the one under it; nulls where the store made it up. */
function shippedOf(
  definition: Definition,
  asked: ComponentSpec,
  rendering: Rendering,
): { readonly shipped: ComponentSpec | null; readonly shippedImage: string | null } {
  const { from } = definition;
  if (from.kind === 'catalog') return { shipped: asked, shippedImage: shippedImageOf(definition, rendering) };
  if (from.onto === null) return { shipped: null, shippedImage: null };
  const shipped = shippedSpec(from.onto, asked.shape.image, rendering);
  return { shipped, shippedImage: shippedImageOf(from.onto, rendering) };
}

/** The shipped definition with these parameters; where it leaves its image to the store, with that image. */
function shippedSpec(onto: Definition, image: string, rendering: Rendering): ComponentSpec | null {
  const { when: _, ...document } = onto.document;
  const wanted = renderComponent({ ...onto, document: { image, ...document } }, rendering);
  return wanted?.ok ? wanted.spec : null;
}

function shippedImageOf(onto: Definition, rendering: Rendering): string | null {
  const byDefault = without(imageParameters(onto.name), rendering).params[imageParameter(onto.name)];
  const { image } = onto.document;
  if (byDefault !== undefined || image === undefined) return byDefault ?? null;
  const { value } = renderDocument({ ...onto, document: { image } }, rendering.scope, openBudget());
  const rendered: unknown = Object(value).image;
  return typeof rendered === 'string' ? rendered : null;
}

/** The last good definition, else the shipped one; at last without the parameters that may be refused. */
function* fallback(
  name: string,
  { catalog, rendering, policy }: Wanting,
): Generator<void, ComponentSpec | null> {
  const definitions = catalog.fallbacks.get(name) ?? [];
  for (const definition of definitions) {
    const wanted = yield* allowed(definition, rendering, policy);
    if (wanted?.ok) return wanted.spec;
  }
  const asked = catalog.components.get(name);
  const [flags, image] = [[flagsParameter(name)], imageParameters(name)];
  for (const dropped of [flags, image, [...flags, ...image]]) {
    if (keyOf(dropped, rendering) === null) continue;
    const left = without(dropped, rendering);
    for (const definition of [...(asked === undefined ? [] : [asked]), ...definitions]) {
      const wanted = yield* allowed(definition, left, policy);
      if (wanted?.ok) return wanted.spec;
    }
  }
  return null;
}

/** Parameters of the store that decide on the image; the first that is set does. */
function imageParameters(name: string): readonly string[] {
  return [imageParameter(name), REGISTRY_PARAMETER];
}

/** The key of the first of these parameters that the store sets, or null. */
function keyOf(parameters: readonly string[], { accepted: { params }, node }: Rendering): string | null {
  for (const parameter of parameters) {
    if (Object.hasOwn(params.node, parameter)) return `nodes/${node}/params/${parameter}`;
    if (Object.hasOwn(params.cluster, parameter)) return `cluster/params/${parameter}`;
  }
  return null;
}

/** As if the store did not set these parameters. */
function without(dropped: readonly string[], rendering: Rendering): Rendering {
  const rest = (params: Parameters) =>
    Object.fromEntries(Object.entries(params).filter(([parameter]) => !dropped.includes(parameter)));
  const { cluster, node } = rendering.accepted.params;
  const accepted = { ...rendering.accepted, params: { cluster: rest(cluster), node: rest(node) } };
  const params = parametersFor(rendering.stack, accepted, rendering.scope);
  return { ...rendering, accepted, params, scope: bare({ ...rendering.scope, params }) };
}

/** What to do about a definition of the store, said once. */
function withRemedy(
  problems: readonly Problem[],
  name: string,
  { catalog, rendering: { words, accepted } }: Wanting,
): readonly Problem[] {
  if (!Object.hasOwn(accepted.components, name)) return problems;
  const key = `cluster/components/${name}`;
  const last = problems.at(-1);
  if (last === undefined) return problems;
  const back = catalog.fallbacks.get(name)?.length ? ' (then the shipped definition counts)' : '';
  const remedy = `what runs of it is kept: ${setLine(words, key, `"$(cat ${name}.yaml)"`)}, or ${deleteLine(words, key)}${back}`;
  return [...problems.slice(0, -1), { ...last, message: `${last.message}; ${remedy}` }];
}
