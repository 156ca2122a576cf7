/** The labels that say whose a container is and what it is made of; the contract's section 4. */
import type { ComponentSpec } from '../desired/desired.js';

export const LABEL = {
  node: 'io.katod.node',
  cluster: 'io.katod.cluster',
  component: 'io.katod.component',
  digest: 'io.katod.digest',
  definition: 'io.katod.definition',
  purpose: 'io.katod.purpose',
} as const;

/** Of a short-lived container that checks a component's files: nothing that others act upon. */
export function checkLabels(component: string, node: string, cluster: string | null): Record<string, string> {
  return {
    [LABEL.node]: node,
    ...(cluster === null ? {} : { [LABEL.cluster]: cluster }),
    [LABEL.component]: component,
    [LABEL.purpose]: 'check',
  };
}

/** Labels of a component's container; its own labels never override katod's. `cluster` is null until it has an id. */
export function labelsFor(spec: ComponentSpec, node: string, cluster: string | null): Record<string, string> {
  return {
    ...spec.labels,
    [LABEL.node]: node,
    ...(cluster === null ? {} : { [LABEL.cluster]: cluster }),
    [LABEL.component]: spec.name,
    [LABEL.digest]: spec.digest,
    [LABEL.definition]: spec.definition,
    [LABEL.purpose]: 'component',
  };
}
