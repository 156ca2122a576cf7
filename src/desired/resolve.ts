/** What should run on this node, out of the catalog, what is accepted of the store, and the facts of the node. Pure. */
import type { Catalog } from '../catalog/catalog.js';
import { componentsOf, type Stack } from '../catalog/stack.js';
import type { Accepted } from './accepted.js';
import { renderComponent } from './component.js';
import type { Desired, NodeFacts, Wanted } from './desired.js';
import { type StoreWords, setLine } from './key-text.js';
import { checkTogether, startOrder } from './order.js';
import { bare, parametersFor, secretsIn } from './parameters.js';
import { pauseInForce } from './pause.js';

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
}

export function resolve({
  catalog,
  accepted,
  facts,
  from,
  prefix = '/katod',
  source = 'etcd',
}: ResolveInput): Desired {
  const words: StoreWords = { source, prefix };
  const { assignment, revision } = accepted;
  if (assignment === null) {
    const why = `node ${facts.name} has no role yet: ${setLine(words, `nodes/${facts.name}/role`, 'ROLE')}`;
    return { known: false, unassigned: true, why };
  }
  const stack = catalog.stacks.get(assignment.stack);
  const gone = assignment.roles.filter((role) => !stack?.roles.has(role));
  if (stack === undefined || gone.length > 0)
    return { known: false, unassigned: false, why: missing(catalog, assignment.stack, gone) };

  const { roles } = assignment;
  const scope = scopeOf(accepted, facts, { stack: stack.name, roles });
  const params = parametersFor(stack, accepted, scope);
  const full = bare({ ...scope, params });
  const wanted = new Map<string, Wanted>();
  for (const name of componentsHere(stack, roles)) {
    const component = wantedOf(name, catalog, (definition) =>
      renderComponent(definition, { stack, accepted, params, scope: full, words }),
    );
    if (component !== null) wanted.set(name, component);
  }
  const order = startOrder(catalog, full);
  return {
    known: true,
    from,
    revision,
    stack: stack.name,
    roles,
    components: checkTogether(wanted, catalog),
    order,
    paused: pauseInForce(accepted.paused.node, accepted.paused.cluster),
    secrets: secretsIn(params),
  };
}

type Render = (definition: NonNullable<ReturnType<Catalog['components']['get']>>) => Wanted | null;

function wantedOf(name: string, catalog: Catalog, render: Render): Wanted | null {
  const definition = catalog.components.get(name);
  if (definition !== undefined) return render(definition);
  const problems = catalog.refused.components.get(name);
  const absent = {
    place: `component ${name}`,
    message: `there is no definition of it: add components/${name}.yaml to the catalog`,
  };
  return { ok: false, name, problems: problems ?? [absent] };
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
        ? `stack ${stack} of the catalog no longer has role ${roles.join(', ')}`
        : `the catalog has no stack ${stack}`;
  return `${what}: mend the catalog, or set another role or stack; until then what runs is kept`;
}
