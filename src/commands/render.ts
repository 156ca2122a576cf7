/** `katod render`: a component as this node would run it, with its files. No secret is shown. */

import { loadCatalog } from '../catalog/load.js';
import { isSecret } from '../catalog/name.js';
import { componentsOf, type Stack } from '../catalog/stack.js';
import type { Accepted } from '../desired/accepted.js';
import type { Desired, Wanted } from '../desired/desired.js';
import { type ResolveInput, resolve } from '../desired/resolve.js';
import { atOnce } from '../desired/steps.js';
import { withStore } from '../desired/with-store.js';
import { readHostFacts } from '../host/facts.js';
import { Secrets } from '../report/secrets.js';
import { loadSettings } from '../settings/load.js';
import { suggestion } from '../settings/nearest.js';
import { exitCode, type Invocation } from './command.js';
import { readDesiredHere } from './desired-here.js';
import { fail, misuse, problemLines, withSettings } from './refuse.js';
import { renderedComponent, renderedText } from './rendered.js';
import { stackNamed } from './stack.js';

export async function render({ sources, switches, words }: Invocation): Promise<number> {
  const [component = ''] = words;
  return withSettings(loadSettings(sources), async (settings) => {
    const { node, address, catalog: folder, store, policy } = settings;
    const [catalog, host] = await Promise.all([loadCatalog(folder), readHostFacts()]);
    const onEngine = () => Promise.resolve(null);
    const here = await readDesiredHere({ settings, catalog, onEngine });
    const { accepted: read, from: parameters } = here;
    const source = store.kind;
    const prefix = store.kind === 'etcd' ? store.prefix : store.path;
    const words = { source, prefix };
    const stack = stackNamed(atOnce(withStore(catalog, read, { words })), here.stack, folder);
    const roles = rolesWith(component, stack, read.assignment?.roles ?? []);
    if (roles === null) {
      const known = componentsOf(stack);
      return misuse(
        `stack ${stack.name} has no component "${component}"; it has ${known.join(', ')}${suggestion(component, known)}`,
        'render',
      );
    }

    const accepted: Accepted = { ...read, assignment: { stack: stack.name, roles } };
    const facts = { name: node, address, hostname: host.hostname };
    const input: ResolveInput = { ...words, catalog, accepted, facts, policy, from: source };
    const desired = resolve(input);
    const secrets = new Secrets();
    secrets.know(desired);
    const wanted = wantedIn(desired, component);
    const shown = wantedIn(resolve({ ...input, accepted: withoutSecrets(accepted, stack) }), component);
    if (wanted === null || shown === null)
      return fail(
        `${component} is left out on this node: a \`when\` of its definition or of the role says so`,
      );
    const waits = wanted.ok ? undefined : wanted.waits;
    if (waits !== undefined) return fail(`${component} waits for an ensemble: ${waits.why}`);
    if (!wanted.ok)
      return fail(`${component} is refused:\n${secrets.mask(problemLines(wanted.problems)).trimEnd()}`);
    if (!shown.ok)
      return fail(
        `${component} can't be shown without its secrets:\n${problemLines(shown.problems).trimEnd()}`,
      );

    const { digest, definition } = wanted.spec;
    const about = { node, roles, stack: stack.name, parameters, digest, definition };
    process.stdout.write(
      switches.has('json')
        ? `${JSON.stringify({ ...about, component: renderedComponent(shown.spec) }, null, 2)}\n`
        : renderedText(about, renderedComponent(shown.spec)),
    );
    return exitCode.done;
  });
}

/** The node's own roles where one has the component, else one more that does; null where none does. */
function rolesWith(component: string, stack: Stack, own: readonly string[]): readonly string[] | null {
  const has = (role: string) => stack.roles.get(role)?.components.includes(component) === true;
  if (own.some(has)) return own;
  const other = [...stack.roles.keys()].find(has);
  return other === undefined ? null : [...own, other];
}

function wantedIn(desired: Desired, component: string): Wanted | null {
  if (!desired.known) throw new Error(desired.why);
  return desired.components.get(component) ?? null;
}

/** Masked before rendering, not after: what a filter makes of a secret is no secret then either. */
function withoutSecrets(accepted: Accepted, stack: Stack): Accepted {
  const { cluster, node } = accepted.params;
  const defaults = [...stack.params].flatMap(([name, { fallback }]) => (fallback === null ? [] : [name]));
  const secrets = [...defaults, ...Object.keys(cluster), ...Object.keys(node)].filter(isSecret);
  const masked = Object.fromEntries(secrets.map((name) => [name, '***']));
  return { ...accepted, params: { cluster, node: { ...node, ...masked } } };
}
