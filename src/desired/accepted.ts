/**
 * What is accepted of the store's answer: each good value takes effect, and in the place of a bad one stays the last
 * good one. Kept on disk as the last known good.
 */
import * as z from 'zod';
import type { Catalog } from '../catalog/catalog.js';
import { isName, isParameterName, NAME_RULE, PARAMETER_RULE, quoted } from '../catalog/name.js';
import { suggestion } from '../settings/nearest.js';
import type { Snapshot } from '../store/store.js';
import { type Assignment, assign } from './assignment.js';
import type { Problem } from './desired.js';
import { isRefused, wordAt } from './guard.js';
import { deleteLine, keyPlace, type StoreWords, setLine } from './key-text.js';
import { PAUSES, type PauseWord, readPause } from './pause.js';
import { LONGEST_PARAMETER, LONGEST_WORD, readValue } from './value-text.js';

type Parameters = Readonly<Record<string, string>>;

export interface Accepted {
  /** Of this form; raised when an older program must not read it. */
  readonly version: 1;
  readonly revision: string;
  /** Null: this node never had a role. */
  readonly assignment: Assignment | null;
  readonly params: { readonly cluster: Parameters; readonly node: Parameters };
  readonly paused: { readonly cluster: PauseWord; readonly node: PauseWord };
  /** Null until `cluster/id` has been seen. */
  readonly clusterId: string | null;
  /** etcd's own id of its cluster; null of a file. */
  readonly storeId: string | null;
  /** Words of `cluster/trust` seen so far, the latest last: each counts once. */
  readonly trusted: readonly string[];
}

export const NOTHING_ACCEPTED: Accepted = {
  version: 1,
  revision: '',
  assignment: null,
  params: { cluster: {}, node: {} },
  paused: { cluster: 'false', node: 'false' },
  clusterId: null,
  storeId: null,
  trusted: [],
};

const nameSchema = z.string().refine(isName);
const parametersSchema = z.record(z.string().refine(isParameterName), z.string());

const acceptedSchema: z.ZodType<Accepted> = z.strictObject({
  version: z.literal(1),
  revision: z.string(),
  assignment: z.strictObject({ stack: nameSchema, roles: z.array(nameSchema) }).nullable(),
  params: z.strictObject({ cluster: parametersSchema, node: parametersSchema }),
  paused: z.strictObject({ cluster: z.enum(PAUSES), node: z.enum(PAUSES) }),
  clusterId: z.string().nullable(),
  storeId: z.string().nullable(),
  trusted: z.array(z.string()),
});

/** What was read back from disk, or null where it is no state that this version understands. */
export function parseAccepted(value: unknown): Accepted | null {
  const result = acceptedSchema.safeParse(value);
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
  const parameters = (folder: string, before: Parameters): Parameters => {
    const good: [string, string][] = [];
    for (const [key, bytes] of snapshot.entries) {
      if (!key.startsWith(folder)) continue;
      const name = key.slice(folder.length);
      if (!isParameterName(name)) {
        tell(key, `${quoted(name)} is no name of a parameter (${PARAMETER_RULE}): remove the key`);
        continue;
      }
      const value = readValue(bytes, LONGEST_PARAMETER);
      if (value.ok) good.push([name, value.text]);
      else if (Object.hasOwn(before, name)) good.push([name, before[name] ?? '']);
      if (!value.ok) {
        const stays = Object.hasOwn(before, name)
          ? 'the last good one stays in force'
          : 'the parameter stays unset';
        tell(key, `${value.why}; ${stays}: ${setLine(words, key, 'VALUE')}, or ${deleteLine(words, key)}`);
      }
    }
    return Object.fromEntries(good.sort(([one], [other]) => (one < other ? -1 : 1)));
  };

  const pause = (key: string, before: PauseWord): PauseWord => {
    const text = word(key, deleteLine(words, key));
    return readPause({ key, text, previous: before, words, tell });
  };

  const roleKey = `nodes/${node}/role`;
  const assignment = assign({
    previous: previous.assignment,
    role: word(roleKey, setLine(words, roleKey, 'ROLE')),
    stack: word('cluster/stack', setLine(words, 'cluster/stack', 'STACK')),
    roleKey,
    defaultStack,
    catalog,
    words,
    tell,
  });
  const id = word('cluster/id', 'it is written by the agents; restore it from a backup');
  if (typeof id === 'string' && !isName(id))
    tell('cluster/id', `${quoted(id)} is no id (${NAME_RULE}): restore it from a backup`);
  for (const key of snapshot.entries.keys()) tellUnknown(key, node, tell);
  return {
    accepted: {
      version: 1,
      revision: snapshot.revision,
      assignment,
      params: {
        cluster: refused.cluster
          ? previous.params.cluster
          : parameters('cluster/params/', previous.params.cluster),
        node: refused.node ? previous.params.node : parameters(`nodes/${node}/params/`, previous.params.node),
      },
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
  // A parameter's name is judged where parameters are read.
  if (word === 'params' && rest.length > 0) return;
  const near = known.includes(word) ? '' : suggestion(word, known);
  tell(key, `unknown key, it has no effect; ${folder} has ${known.join(', ')}${near}`);
}
