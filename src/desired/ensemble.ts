/** The fixed, numbered members of a component that forms a quorum: their text in the store, and how it may change. Pure. */
import { isName, quoted } from '../catalog/name.js';

/** One member: a number is given once, and stands for data that a node keeps. */
export interface EnsembleMember {
  readonly number: number;
  readonly node: string;
}

/** By number, each number and each node once; never empty. */
export type Ensemble = readonly EnsembleMember[];

export type ReadEnsemble =
  | { readonly ok: true; readonly ensemble: Ensemble }
  /** `why` is a clause: what is wrong with the text. */
  | { readonly ok: false; readonly why: string };

/** ZooKeeper's ids go no higher. */
const HIGHEST = 255;

/** `1=web-1,2=web-2,3=web-3`, in any order. */
export function parseEnsemble(text: string): ReadEnsemble {
  const members: EnsembleMember[] = [];
  for (const part of text.split(',').map((word) => word.trim())) {
    const [, digits, node = ''] = /^(\d{1,3})=(.*)$/.exec(part) ?? [];
    const number = Number(digits);
    if (digits === undefined || number < 1 || number > HIGHEST)
      return refused(`${quoted(part)} is not NUMBER=NODE with a number from 1 to ${HIGHEST}`);
    if (!isName(node)) return refused(`${quoted(node)} is no name of a node`);
    const other = members.find((member) => member.number === number || member.node === node);
    if (other !== undefined) {
      const what = other.number === number ? `number ${number}` : `node ${node}`;
      return refused(`${what} is there twice`);
    }
    members.push({ number, node });
  }
  return { ok: true, ensemble: sorted(members) };
}

export function ensembleText(ensemble: Ensemble): string {
  return ensemble.map(({ number, node }) => `${number}=${node}`).join(',');
}

/** The first ensemble of these nodes: by name, from 1. */
export function formEnsemble(nodes: readonly string[]): Ensemble {
  return [...new Set(nodes)].sort().map((node, index) => ({ number: index + 1, node }));
}

/** So many members must agree: the smallest majority. */
export function quorumOf(size: number): number {
  return Math.floor(size / 2) + 1;
}

export function numberOf(ensemble: Ensemble, node: string): number | null {
  return ensemble.find((member) => member.node === node)?.number ?? null;
}

/** With one more node, under the lowest number that nobody has; null: it is a member, or all numbers are given. */
export function withMember(ensemble: Ensemble, node: string): Ensemble | null {
  if (numberOf(ensemble, node) !== null || ensemble.length >= HIGHEST) return null;
  const taken = new Set(ensemble.map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number += 1;
  return sorted([...ensemble, { number, node }]);
}

/** Without the node; null: it is no member, or the last one. */
export function withoutMember(ensemble: Ensemble, node: string): Ensemble | null {
  const left = ensemble.filter((member) => member.node !== node);
  return left.length === ensemble.length || left.length === 0 ? null : left;
}

function sorted(members: readonly EnsembleMember[]): Ensemble {
  return [...members].sort((one, other) => one.number - other.number);
}

function refused(why: string): ReadEnsemble {
  return { ok: false, why };
}
