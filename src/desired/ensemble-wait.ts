/** Which ensembles and members a definition needs, also by way of parameters' defaults, and why it has to wait. Pure. */
import type { Stack } from '../catalog/stack.js';
import type { ScopeUse } from '../catalog/template-names.js';
import type { EnsembleWait } from './desired.js';
import { ensembleText } from './ensemble.js';
import { formingOf, notFormed } from './ensemble-view.js';
import type { Rendering } from './rendering.js';

export interface ClusterUse {
  /** Components whose ensembles are used, its own included. */
  readonly ensembles: ReadonlySet<string>;
  readonly members: boolean;
}

/** `isSet`: whether a parameter has a value that takes the place of its default. */
export function clusterUse(
  uses: ScopeUse,
  {
    component,
    stack,
    isSet,
  }: { readonly component: string; readonly stack: Stack; readonly isSet: (name: string) => boolean },
): ClusterUse {
  const names = uses.all ? [...stack.params.keys()] : [...uses.names];
  const defaults = names
    .filter((name) => !isSet(name))
    .flatMap((name) => stack.params.get(name)?.fallback?.uses ?? []);
  return {
    ensembles: new Set([
      ...(uses.ownEnsemble ? [component] : []),
      ...[uses, ...defaults].flatMap((use) => [...use.ensembles]),
    ]),
    members: [uses, ...defaults].some((use) => use.members),
  };
}

/** What a text of the component uses of the cluster on this node. */
export function clusterUseHere(uses: ScopeUse, component: string, rendering: Rendering): ClusterUse {
  const { cluster, node } = rendering.accepted.params;
  const isSet = (name: string) => Object.hasOwn(cluster, name) || Object.hasOwn(node, name);
  return clusterUse(uses, { component, stack: rendering.stack, isSet });
}

/** Null: all that it uses of the cluster is known. */
export function ensembleWait(uses: ScopeUse, component: string, rendering: Rendering): EnsembleWait | null {
  const used = clusterUseHere(uses, component, rendering);
  if (used.members && rendering.view.members === null)
    return { needs: 'members', why: 'the members of the cluster have not been read yet' };
  for (const name of used.ensembles) {
    const view = rendering.view.ensembles.get(name);
    if (view === undefined) return notFormed(name, formingOf(name, rendering.forming));
    if (!view.ok) return view.wait;
    if (name === component && uses.ownEnsemble && view.number === null) return outside(component, rendering);
  }
  return null;
}

function outside(component: string, { accepted, node }: Rendering): EnsembleWait {
  const ensemble = ensembleText(accepted.ensembles[component] ?? []);
  const why =
    `${node} is no member of ensemble ${component} (${ensemble}): katod ensemble ${component} add ${node}, ` +
    'or take away the role that brought it here';
  return { needs: 'number', why };
}
