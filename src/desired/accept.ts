/**
 * What is accepted of the store's answer: each good value takes effect, and in the place of a bad one stays the last
 * good one. Pure.
 */
import type { Catalog } from '../catalog/catalog.js';
import { isName, isParameterName, NAME_RULE, PARAMETER_RULE, quoted } from '../catalog/name.js';
import { stacksWith } from '../catalog/overlays.js';
import { suggestion } from '../settings/nearest.js';
import type { Snapshot } from '../store/store.js';
import type { Accepted, Parameters } from './accepted.js';
import { assign } from './assignment.js';
import type { Problem } from './desired.js';
import { readFolder } from './folder.js';
import { isRefused, wordAt } from './guard.js';
import { deleteLine, keyPlace, type StoreWords, setLine } from './key-text.js';
import { type Ensembles, readEnsembles, readMembers } from './members.js';
import { type PauseWord, readPause } from './pause.js';
import { atOnce } from './steps.js';
import { componentNames, readOverlays, readRoles } from './store-definitions.js';
import { LONGEST_PARAMETER, LONGEST_WORD, readValue } from './value-text.js';

export interface AcceptInput {
  readonly previous: Accepted;
  readonly snapshot: Snapshot;
  readonly catalog: Catalog;
  readonly node: string;
  /** The stack where `cluster/stack` names none. */
  readonly defaultStack: string;
  readonly prefix: string;
  /** Default `etcd`. */
  readonly source?: StoreWords['source'];
}

export interface Acceptance {
  readonly accepted: Accepted;
  /** Ensembles that are known and whose key is not there any more: to be written back. */
  readonly gone: Ensembles;
  /** Sorted by place. */
  readonly problems: readonly Problem[];
}

/** All steps at once. Never throws. */
export function accept(input: AcceptInput): Acceptance {
  return atOnce(acceptInSteps(input));
}

/** Yields between the parts, each of which takes some milliseconds at the most that the store may hold. Never throws. */
export function* acceptInSteps(input: AcceptInput): Generator<void, Acceptance> {
  const { previous, snapshot, catalog, node, defaultStack, prefix, source = 'etcd' } = input;
  const words: StoreWords = { source, prefix };
  const problems: Problem[] = [];
  const tell = (key: string, message: string) => void problems.push({ place: keyPlace(words, key), message });

  for (const { prefix, why } of snapshot.refused ?? [])
    tell(prefix, `${why}; what was last known stays in force`);
  const refused = { cluster: isRefused(snapshot, 'cluster/'), node: isRefused(snapshot, `nodes/${node}/`) };

  const word = (key: string, remedy: string): string | null | undefined => {
    const bytes = snapshot.entries.get(key);
    if (bytes === undefined)
      return refused[key.startsWith('cluster/') ? 'cluster' : 'node'] ? null : undefined;
    const value = readValue(bytes, LONGEST_WORD);
    if (value.ok) return value.text;
    tell(key, `${value.why}; the last good one stays in force: ${remedy}`);
    return null;
  };
  const given = { entries: snapshot.entries, words, tell };
  const parameters = (folder: string, before: Parameters): Parameters =>
    readFolder<string>({
      ...given,
      folder,
      before,
      nameFault: (name) =>
        isParameterName(name) ? null : `${quoted(name)} is no name of a parameter (${PARAMETER_RULE})`,
      read(bytes) {
        const value = readValue(bytes, LONGEST_PARAMETER);
        return value.ok ? { ok: true, value: value.text } : value;
      },
      mostTogether: ALL_PARAMETERS,
      placeholder: 'VALUE',
      otherwise: 'the parameter stays unset',
    });

  const pause = (key: string, before: PauseWord): PauseWord => {
    const text = word(key, deleteLine(words, key));
    return readPause({ key, text, previous: before, words, tell });
  };

  const components = refused.cluster ? previous.components : readOverlays(given, previous.components);
  yield;
  const roles = refused.cluster
    ? previous.roles
    : readRoles(given, previous.roles, componentNames(catalog, components));
  yield;
  // A file has none: its node is the only member.
  const { ensembles, gone } =
    refused.cluster || source === 'file'
      ? { ensembles: previous.ensembles, gone: {} }
      : readEnsembles(given, previous.ensembles);
  yield;
  const roleKey = `nodes/${node}/role`;
  const assignment = assign({
    previous: previous.assignment,
    role: word(roleKey, setLine(words, roleKey, 'ROLE')),
    stack: word('cluster/stack', setLine(words, 'cluster/stack', 'STACK')),
    roleKey,
    defaultStack,
    stacks: stacksWith(catalog, roles),
    refusedStacks: catalog.refused.stacks,
    words,
    tell,
  });
  const id = word('cluster/id', 'it is written by the agents; restore it from a backup');
  if (typeof id === 'string' && !isName(id))
    tell('cluster/id', `${quoted(id)} is no id (${NAME_RULE}): restore it from a backup`);
  yield;
  for (const key of snapshot.entries.keys()) tellUnknown(key, node, tell);
  yield;
  return {
    accepted: {
      version: 2,
      revision: snapshot.revision,
      assignment,
      params: {
        cluster: refused.cluster
          ? previous.params.cluster
          : parameters('cluster/params/', previous.params.cluster),
        node: refused.node ? previous.params.node : parameters(`nodes/${node}/params/`, previous.params.node),
      },
      components,
      roles,
      ensembles,
      members: readMembers(given, { snapshot, before: previous.members, ensembles }),
      paused: {
        cluster: pause('cluster/paused', previous.paused.cluster),
        node: pause(`nodes/${node}/paused`, previous.paused.node),
      },
      forced: refused.node
        ? previous.forced
        : word(`nodes/${node}/force`, 'set it to true, or delete it') === 'true',
      clusterId: typeof id === 'string' && isName(id) ? id : refused.cluster ? previous.clusterId : null,
      storeId: snapshot.clusterId,
      trusted: withWord(previous.trusted, wordAt(snapshot, 'cluster/trust')),
    },
    gone,
    problems: problems.sort((one, other) => (one.place < other.place ? -1 : one.place > other.place ? 1 : 0)),
  };
}

/** Bytes of all parameters of the cluster, or of the node. */
const ALL_PARAMETERS = 4 * 1024 * 1024;

/** So many words of trust are remembered; an older one can only come back with a backup as old. */
const WORDS_REMEMBERED = 20;

function withWord(words: readonly string[], word: string | null): readonly string[] {
  if (word === null || words.includes(word)) return words;
  return [...words, word].slice(-WORDS_REMEMBERED);
}

/** Second words of the contract's section 3, all of them: a key that this version does not read yet is no mistake. */
const CLUSTER_WORDS = ['stack', 'params', 'roles', 'components', 'paused', 'ensembles', 'trust', 'id'];
const NODE_WORDS = ['role', 'params', 'paused', 'force'];
const FOLDERS = new Set(['params', 'roles', 'components', 'ensembles']);

function tellUnknown(key: string, node: string, tell: (key: string, message: string) => void): void {
  const cluster = key.startsWith('cluster/');
  const folder = cluster ? 'cluster/' : `nodes/${node}/`;
  if (!key.startsWith(folder)) return;
  const known = cluster ? CLUSTER_WORDS : NODE_WORDS;
  const [word = '', ...rest] = key.slice(folder.length).split('/');
  const named = rest.length === 1 && rest[0] !== '';
  if (known.includes(word) && (FOLDERS.has(word) ? named : rest.length === 0)) return;
  // A name in it is judged where the folder is read.
  if (['params', 'roles', 'components', 'ensembles'].includes(word) && rest.length > 0) return;
  const near = known.includes(word) ? '' : suggestion(word, known);
  tell(key, `unknown key, it has no effect; ${folder} has ${known.join(', ')}${near}`);
}
