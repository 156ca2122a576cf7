/** What templates see of the cluster: its ensembles and members, or why one can't be seen yet. Pure. */
import type { Catalog } from '../catalog/catalog.js';
import type { Stack } from '../catalog/stack.js';
import type { Accepted, Parameters } from './accepted.js';
import type { EnsembleWait, NodeFacts } from './desired.js';
import { type Ensemble, ensembleText, formEnsemble, numberOf, quorumOf } from './ensemble.js';
import { type Expectation, expectation } from './expectation.js';
import type { StoreWords } from './key-text.js';
import type { KnownMember } from './members.js';
import { bare } from './parameters.js';

/** A member of an ensemble with what others need to reach it. */
export interface Seat {
  readonly number: number;
  readonly name: string;
  readonly address: string;
}

export type EnsembleView =
  /** `number`: this node's, null where it is no member. */
  | { readonly ok: true; readonly seats: readonly Seat[]; readonly number: number | null }
  | { readonly ok: false; readonly wait: EnsembleWait };

export interface ClusterView {
  /** By component. One that is not in it is not formed. */
  readonly ensembles: ReadonlyMap<string, EnsembleView>;
  /** By name; null: not read yet. */
  readonly members: readonly KnownMember[] | null;
}

/** A file's node is the only member of everything. */
export function viewOf({
  accepted,
  facts,
  roles,
  source,
  catalog,
}: {
  readonly accepted: Accepted;
  readonly facts: NodeFacts;
  readonly roles: readonly string[];
  readonly source: StoreWords['source'];
  readonly catalog: Catalog;
}): ClusterView {
  if (source === 'file') {
    const seat: Seat = { number: 1, name: facts.name, address: facts.address };
    const alone: EnsembleView = { ok: true, seats: [seat], number: 1 };
    const names = [...catalog.components.keys()];
    return { ensembles: new Map(names.map((name) => [name, alone])), members: [{ ...facts, roles }] };
  }
  const ensembles = Object.entries(accepted.ensembles).map(
    ([component, ensemble]) => [component, seated(component, ensemble, { accepted, facts })] as const,
  );
  const members = accepted.members === null ? null : Object.values(accepted.members).sort(byName);
  return { ensembles: new Map(ensembles), members };
}

function seated(
  component: string,
  ensemble: Ensemble,
  { accepted: { members }, facts }: { readonly accepted: Accepted; readonly facts: NodeFacts },
): EnsembleView {
  const seats: Seat[] = [];
  for (const { number, node } of ensemble) {
    const known = members !== null && Object.hasOwn(members, node) ? members[node] : undefined;
    if (known === undefined) return { ok: false, wait: unknownAddress(component, ensemble, node) };
    seats.push({ number, name: node, address: known.address });
  }
  return { ok: true, seats, number: numberOf(ensemble, facts.name) };
}

function unknownAddress(component: string, ensemble: Ensemble, node: string): EnsembleWait {
  const why =
    `the address of ${node}, a member of ensemble ${component} (${ensembleText(ensemble)}), is not known: its agent ` +
    `tells it once it runs; or, if it is gone for good: katod ensemble ${component} remove ${node}`;
  return { needs: 'members', why };
}

/** The names that templates see. */
export function clusterNames({ ensembles, members }: ClusterView): Readonly<Record<string, unknown>> {
  const lists = [...ensembles].flatMap(([component, view]) =>
    view.ok ? [[component, ensembleList(view)] as const] : [],
  );
  return {
    ensembles: bare<unknown>(Object.fromEntries(lists)),
    ...(members === null ? {} : { members: members.map((member) => bare<unknown>({ ...member })) }),
  };
}

/** A list with members of its own, as a text may use it whole or in part. */
export function ensembleList({ seats, number }: Extract<EnsembleView, { ok: true }>): readonly unknown[] {
  const list = seats.map((seat) => bare<unknown>({ ...seat }));
  return Object.assign(list, { number, quorum: quorumOf(seats.length) });
}

export interface Forming {
  readonly stack: Stack;
  readonly accepted: Accepted;
  /** As they are for the whole cluster: a node's own would make it expect something else than the others. */
  readonly params: Parameters;
  readonly words: StoreWords;
}

/** Whether the first ensemble of a component can be formed now. */
export function formingOf(component: string, { stack, accepted, params, words }: Forming): Expectation {
  const candidates = Object.entries(accepted.members ?? {}).map(([node, { roles }]) => ({ node, roles }));
  return expectation({ component, stack, candidates, params, words });
}

/** Why an ensemble that nobody has written yet can't be used. */
export function notFormed(component: string, expected: Expectation): EnsembleWait {
  if (!expected.met) return { needs: expected.needs, why: expected.why };
  const why = `ensemble ${component} is being written: ${ensembleText(formEnsemble(expected.nodes))}`;
  return { needs: 'members', why };
}

function byName(one: KnownMember, other: KnownMember): number {
  return one.name < other.name ? -1 : 1;
}
