/**
 * What should run on this node, out of the catalog, what is accepted of the store, and the facts of the node. Pure, and
 * done in steps, so that others get their turn between them however much the store asks for.
 */
import type { Catalog } from '../catalog/catalog.js';
import type { Overlays } from '../catalog/overlays.js';
import { componentsOf, type Stack, stackWith } from '../catalog/stack.js';
import type { Accepted } from './accepted.js';
import type { Desired, NodeFacts, Wanted } from './desired.js';
import { disruptionsOf } from './disruption.js';
import { type Ensemble, formEnsemble } from './ensemble.js';
import { clusterNames, formingOf, viewOf } from './ensemble-view.js';
import { clusterUseHere } from './ensemble-wait.js';
import { inForceOf } from './in-force.js';
import { type StoreWords, setLine } from './key-text.js';
import type { Ensembles } from './members.js';
import { checkTogether, startOrder } from './order.js';
import { bare, parametersFor, secretsIn } from './parameters.js';
import { pauseInForce } from './pause.js';
import { DEFAULT_POLICY, type Policy } from './policy.js';
import type { Rendering } from './rendering.js';
import { atOnce } from './steps.js';
import { type Wanting, wantedOf } from './wanted.js';
import { withStore } from './with-store.js';

export interface ResolveInput {
  readonly catalog: Catalog;
  readonly accepted: Accepted;
  readonly facts: NodeFacts;
  /** Where what is accepted was read. */
  readonly from: 'etcd' | 'file' | 'disk';
  /** In front of keys in messages. Default `/katod`. */
  readonly prefix?: string;
  /** Default `etcd`. */
  readonly source?: StoreWords['source'];
  /** What the store may ask for. Default: what the contract says. */
  readonly policy?: Policy;
  /** What was read of the store's definitions before, so that it need not be read again. */
  readonly overlays?: Overlays;
  /** Ensembles in force whose key is gone: to be written back. */
  readonly gone?: Ensembles;
  /** What was wanted before: where a component is refused now, that stays in force. */
  readonly before?: Desired;
}

/** All steps at once. */
export function resolve(input: ResolveInput): Desired {
  return atOnce(resolveInSteps(input));
}

/** Yields after each component's own work, of which there is a bounded amount. */
export function* resolveInSteps(input: ResolveInput): Generator<void, Desired> {
  const { accepted, facts, from, prefix = '/katod', source = 'etcd', before = null } = input;
  const words: StoreWords = { source, prefix };
  const { assignment, revision } = accepted;
  if (assignment === null) {
    const why = `node ${facts.name} has no role yet: ${setLine(words, `nodes/${facts.name}/role`, 'ROLE')}`;
    return { known: false, unassigned: true, why };
  }
  const catalog = yield* withStore(input.catalog, accepted, { words, overlays: input.overlays });
  const stack = catalog.stacks.get(assignment.stack);
  const gone = assignment.roles.filter((role) => !stack?.roles.has(role));
  if (stack === undefined || gone.length > 0)
    return { known: false, unassigned: false, why: missing(catalog, assignment.stack, gone) };

  const { roles } = assignment;
  const view = viewOf({ accepted, facts, roles, source, catalog });
  const scope = bare({ ...scopeOf(accepted, facts, { stack: stack.name, roles }), ...clusterNames(view) });
  const params = parametersFor(stack, accepted, scope);
  const full = bare({ ...scope, params });
  const wanted = new Map<string, Wanted>();
  const forAll = { ...accepted, params: { cluster: accepted.params.cluster, node: {} } };
  const ofAll = parametersFor(stack, forAll, scope);
  /** As all nodes see it: by the cluster's parameters, without this node's own. */
  const shared = stackWith(stack, ofAll);
  const forming = { stack: shared, accepted, params: ofAll, words };
  const rendering: Rendering = {
    node: facts.name,
    stack,
    accepted,
    params,
    scope: full,
    view,
    forming,
    words,
  };
  const wanting: Wanting = {
    catalog,
    rendering,
    policy: input.policy ?? DEFAULT_POLICY,
    before: (component) => inForceOf(before, component),
  };
  for (const name of componentsHere(stackWith(stack, params), roles)) {
    const component = yield* wantedOf(name, wanting);
    if (component !== null) wanted.set(name, component);
  }
  const order = yield* startOrder(catalog, full);
  const disruptions = yield* disruptionsOf(catalog, full);
  return {
    known: true,
    from,
    revision,
    stack: stack.name,
    roles,
    components: yield* checkTogether(wanted, { catalog, before: wanting.before }),
    order,
    usesMembers: source === 'etcd' && usesMembers(catalog, [...wanted.keys()], rendering),
    forming: new Map([
      ...Object.entries(input.gone ?? {}),
      ...formable(catalog, [...wanted.keys()], rendering),
    ]),
    disruptions,
    rolesWith: rolesWith(shared),
    forced: accepted.forced && roles.length === 0,
    paused: pauseInForce(accepted.paused.node, accepted.paused.cluster),
    secrets: secretsIn(params),
  };
}

function usesMembers({ components }: Catalog, names: readonly string[], rendering: Rendering): boolean {
  return names.some((name) => {
    const uses = components.get(name)?.uses;
    if (uses === undefined) return false;
    const { ensembles, members } = clusterUseHere(uses, name, rendering);
    return members || ensembles.size > 0;
  });
}

/** First ensembles of those components whose members are all known. */
function formable(
  { components }: Catalog,
  names: readonly string[],
  { forming, view }: Rendering,
): readonly (readonly [string, Ensemble])[] {
  return names.flatMap((name) => {
    if (!components.get(name)?.uses.ownEnsemble || view.ensembles.has(name)) return [];
    const expected = formingOf(name, forming);
    return expected.met ? [[name, formEnsemble(expected.nodes)] as const] : [];
  });
}

function rolesWith(stack: Stack): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [role, { components }] of stack.roles)
    for (const component of components) found.set(component, [...(found.get(component) ?? []), role]);
  return found;
}

/** The union of the roles' components, in the order of the catalog: the roles' own order decides nothing. */
function componentsHere(stack: Stack, roles: readonly string[]): readonly string[] {
  const here = new Set(roles.flatMap((role) => stack.roles.get(role)?.components ?? []));
  return componentsOf(stack).filter((name) => here.has(name));
}

function scopeOf(
  { clusterId }: Accepted,
  { name, address, hostname }: NodeFacts,
  { stack, roles }: { readonly stack: string; readonly roles: readonly string[] },
) {
  return bare<unknown>({
    node: bare<unknown>({ name, address, hostname, roles }),
    cluster: bare(clusterId === null ? { stack } : { id: clusterId, stack }),
  });
}

/** The catalog has changed under an accepted state: a guess could stop what works. */
function missing(catalog: Catalog, stack: string, roles: readonly string[]): string {
  const refused = catalog.refused.stacks.get(stack)?.[0];
  const what =
    refused !== undefined
      ? `the file of stack ${stack} is refused (${refused.place}: ${refused.message})`
      : roles.length > 0 && catalog.stacks.has(stack)
        ? `there is no role ${roles.join(', ')} any more, neither in stack ${stack} of the catalog nor in the store (cluster/roles/${roles[0]})`
        : `the catalog has no stack ${stack}`;
  return `${what}: bring it back, or set another role or stack; until then what runs is kept`;
}
