/**
 * What is accepted of the store's answer: each good value takes effect, and in the place of a bad one stays the last
 * good one. Kept on disk as the last known good.
 */
import * as z from 'zod';
import type { Catalog } from '../catalog/catalog.js';
import { isName, isParameterName, NAME_RULE, PARAMETER_RULE, quoted } from '../catalog/name.js';
import { stacksWith } from '../catalog/overlays.js';
import { suggestion } from '../settings/nearest.js';
import type { Snapshot } from '../store/store.js';
import { type Assignment, assign } from './assignment.js';
import type { Problem } from './desired.js';
import { readFolder } from './folder.js';
import { isRefused, wordAt } from './guard.js';
import { deleteLine, keyPlace, type StoreWords, setLine } from './key-text.js';
import { PAUSES, type PauseWord, readPause } from './pause.js';
import {
  type AcceptedOverlays,
  type AcceptedRoles,
  componentNames,
  readOverlays,
  readRoles,
} from './store-definitions.js';
import { LONGEST_PARAMETER, LONGEST_WORD, readValue } from './value-text.js';

type Parameters = Readonly<Record<string, string>>;

export interface Accepted {
  /** Of this form; raised when an older program must not read it. */
  readonly version: 2;
  readonly revision: string;
  /** Null: this node never had a role. */
  readonly assignment: Assignment | null;
  readonly params: { readonly cluster: Parameters; readonly node: Parameters };
  /** Definitions of the store, by component. */
  readonly components: AcceptedOverlays;
  /** Roles of the store, with their components. */
  readonly roles: AcceptedRoles;
  readonly paused: { readonly cluster: PauseWord; readonly node: PauseWord };
  /** Null until `cluster/id` has been seen. */
  readonly clusterId: string | null;
  /** etcd's own id of its cluster; null of a file. */
  readonly storeId: string | null;
  /** Words of `cluster/trust` seen so far, the latest last: each counts once. */
  readonly trusted: readonly string[];
}

export const NOTHING_ACCEPTED: Accepted = {
  version: 2,
  revision: '',
  assignment: null,
  params: { cluster: {}, node: {} },
  components: {},
  roles: {},
  paused: { cluster: 'false', node: 'false' },
  clusterId: null,
  storeId: null,
  trusted: [],
};

const nameSchema = z.string().refine(isName);
const parametersSchema = z.record(z.string().refine(isParameterName), z.string());

const common = {
  revision: z.string(),
  assignment: z.strictObject({ stack: nameSchema, roles: z.array(nameSchema) }).nullable(),
  params: z.strictObject({ cluster: parametersSchema, node: parametersSchema }),
  paused: z.strictObject({ cluster: z.enum(PAUSES), node: z.enum(PAUSES) }),
  clusterId: z.string().nullable(),
  storeId: z.string().nullable(),
  trusted: z.array(z.string()),
};

const acceptedSchema: z.ZodType<Accepted> = z.strictObject({
  ...common,
  version: z.literal(2),
  components: z.record(
    nameSchema,
    z.strictObject({ text: z.string(), good: z.boolean(), older: z.string().nullable() }),
  ),
  roles: z.record(nameSchema, z.array(nameSchema)),
});

/** Before definitions and roles of the store were read. */
const versionOne = z
  .strictObject({ ...common, version: z.literal(1) })
  .transform((old): Accepted => ({ ...old, version: 2, components: {}, roles: {} }));

/** What was read back from disk, or null where it is no state that this version understands. */
export function parseAccepted(value: unknown): Accepted | null {
  const result = z.union([acceptedSchema, versionOne]).safeParse(value);
  return result.success ? result.data : null;
}

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

/** Never throws. Problems are sorted by place. */
export function accept(input: AcceptInput): {
  readonly accepted: Accepted;
  readonly problems: readonly Problem[];
} {
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
  const roles = refused.cluster
    ? previous.roles
    : readRoles(given, previous.roles, componentNames(catalog, components));
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
  for (const key of snapshot.entries.keys()) tellUnknown(key, node, tell);
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
      paused: {
        cluster: pause('cluster/paused', previous.paused.cluster),
        node: pause(`nodes/${node}/paused`, previous.paused.node),
      },
      clusterId: typeof id === 'string' && isName(id) ? id : refused.cluster ? previous.clusterId : null,
      storeId: snapshot.clusterId,
      trusted: withWord(previous.trusted, wordAt(snapshot, 'cluster/trust')),
    },
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
const NODE_WORDS = ['role', 'params', 'paused'];
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
  if (['params', 'roles', 'components'].includes(word) && rest.length > 0) return;
  const near = known.includes(word) ? '' : suggestion(word, known);
  tell(key, `unknown key, it has no effect; ${folder} has ${known.join(', ')}${near}`);
}
