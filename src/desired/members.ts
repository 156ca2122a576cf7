/** What is accepted of the store's word on members and ensembles. Pure: nothing changes because a key of them is gone. */

import { isName, NAME_RULE, quoted } from '../catalog/name.js';
import { parseMember } from '../cluster/member.js';
import type { Snapshot } from '../store/store.js';
import { type Ensemble, ensembleText, parseEnsemble } from './ensemble.js';
import { type FolderInput, readFolder } from './folder.js';
import { LONGEST_WORD, readValue } from './value-text.js';

/** What is known of a node: `members/NODE`. */
export interface KnownMember {
  readonly name: string;
  readonly address: string;
  readonly hostname: string;
  readonly roles: readonly string[];
}

/** By node. */
export type KnownMembers = Readonly<Record<string, KnownMember>>;
/** By component. */
export type Ensembles = Readonly<Record<string, Ensemble>>;

type Given = Pick<FolderInput<never>, 'entries' | 'words' | 'tell'>;

/** Bytes of a folder: some thousands of nodes, and more components than a stack has. */
const MOST_TOGETHER = 1024 * 1024;

const nameFault = (name: string) => (isName(name) ? null : `${quoted(name)} is no name (${NAME_RULE})`);

export const ENSEMBLES = 'cluster/ensembles/';

/** With those whose key is gone, by themselves as well: they are to be written back. */
export function readEnsembles(
  given: Given,
  before: Ensembles,
): { readonly ensembles: Ensembles; readonly gone: Ensembles } {
  const gone = Object.fromEntries(
    Object.entries(before).filter(([component]) => !given.entries.has(ENSEMBLES + component)),
  );
  for (const [component, ensemble] of Object.entries(gone)) {
    const text = ensembleText(ensemble);
    given.tell(
      ENSEMBLES + component,
      `the key is gone; ${text} stays in force, and an agent writes it back. It is changed by katod ensemble ${component}`,
    );
  }
  const there = readFolder<Ensemble>({
    ...given,
    folder: ENSEMBLES,
    before,
    nameFault,
    read(bytes) {
      const value = readValue(bytes, LONGEST_WORD);
      if (!value.ok) return value;
      const read = parseEnsemble(value.text);
      return read.ok ? { ok: true, value: read.ensemble } : read;
    },
    mostTogether: MOST_TOGETHER,
    placeholder: '1=NODE,2=NODE,3=NODE',
    otherwise: 'it has no members',
  });
  return { ensembles: { ...gone, ...there }, gone };
}

/**
 * Null: they have never been read here. Where an ensemble names a node, its last known address stays although the node
 * is forgotten: that is no change of the ensemble.
 */
export function readMembers(
  given: Given,
  {
    snapshot,
    before,
    ensembles,
  }: {
    readonly snapshot: Snapshot;
    readonly before: KnownMembers | null;
    readonly ensembles: Ensembles;
  },
): KnownMembers | null {
  if (snapshot.shared?.includes('members/') !== true) return before;
  const named = new Set(
    Object.values(ensembles)
      .flat()
      .map(({ node }) => node),
  );
  const kept = Object.entries(before ?? {}).filter(([node]) => named.has(node));
  const there = readFolder<KnownMember>({
    ...given,
    folder: 'members/',
    before: before ?? {},
    nameFault,
    read(bytes) {
      const member = parseMember(new TextDecoder().decode(bytes));
      if (member === null) return { ok: false, why: 'it is not what an agent tells of its node' };
      const { name, address, hostname, roles } = member;
      return { ok: true, value: { name, address, hostname, roles } };
    },
    mostTogether: MOST_TOGETHER,
    placeholder: 'JSON',
    otherwise: 'the node is not known',
  });
  return { ...Object.fromEntries(kept), ...there };
}
