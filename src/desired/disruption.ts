/**
 * How many nodes may have a component down at will, and what asks the others first; the contract's section 6. Also for
 * components that are not on this node: what is to go goes by the same rule.
 */
import * as z from 'zod';
import { openBudget } from '../catalog/budget.js';
import type { Catalog } from '../catalog/catalog.js';
import { type DisruptionText, disruptionSchema, type MostDown } from '../catalog/disruption-schema.js';
import { check } from '../catalog/issues.js';
import { leafFor } from '../catalog/leaf.js';
import type { Scope } from '../catalog/template.js';
import type { Probe } from '../probe/probe.js';
import { peerProbeOf } from './probes.js';
import { renderDocument } from './render.js';

export interface Disruption {
  readonly max: MostDown;
  /** Components of one group share its slots. Default: the component alone. */
  readonly group: string;
  /** Milliseconds in which a replacement has to be ready, or its predecessor comes back. Default 5 min. */
  readonly readyWithin: number;
  /** Whether a new member of the ensemble starts before the others know of it, or once they are ready with it. */
  readonly joins: 'first' | 'last';
  /** What the others are asked; null: they can't be. */
  readonly peers: Peers | null;
}

export interface Peers {
  /** One for each other node. */
  readonly serve: readonly Probe[];
  /** So many of `serve` must pass, or all where there are fewer. */
  readonly least: number;
  /** One must pass where there are any. */
  readonly any: readonly Probe[];
}

/** By component, for all of the catalog. */
export type Disruptions = ReadonlyMap<string, Disruption>;

const SHARE = { kind: 'share', percent: 10 } as const;
const READY_WITHIN = 300_000;

export function disruptionOf(component: string, text: DisruptionText = {}): Disruption {
  const { max = SHARE, group = component, readyWithin = READY_WITHIN, joins = 'first', peers } = text;
  return { max, group, readyWithin, joins, peers: peers === undefined ? null : peersOf(peers) };
}

function peersOf({ serve = [], least, any = [] }: NonNullable<DisruptionText['peers']>): Peers {
  const asked = serve.map(peerProbeOf);
  return { serve: asked, least: Math.min(least ?? asked.length, asked.length), any: any.map(peerProbeOf) };
}

const schema = z.looseObject({ disruption: disruptionSchema(leafFor(true)).optional() });

/** One that can't be rendered here is as if it said nothing. */
export function* disruptionsOf(catalog: Catalog, scope: Scope): Generator<void, Disruptions> {
  const found = new Map<string, Disruption>();
  for (const [name, definition] of catalog.components) {
    const { disruption } = definition.document;
    if (disruption === undefined) continue;
    const { value, faults } = renderDocument(
      { ...definition, document: { disruption } },
      scope,
      openBudget(),
    );
    const read = check(schema, value);
    found.set(name, disruptionOf(name, read.ok && faults.length === 0 ? read.value.disruption : undefined));
    yield;
  }
  return found;
}
