/** One folder of the store's keys, such as `cluster/params/`: each good value is taken, and a bad one leaves the last good. */
import { suggestion } from '../settings/nearest.js';
import { deleteLine, type StoreWords, setLine } from './key-text.js';

export type ReadWord<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export interface FolderInput<T> {
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** Ends with a slash. */
  readonly folder: string;
  readonly before: Readonly<Record<string, T>>;
  /** Why a name is none, or null. */
  readonly nameFault: (name: string) => string | null;
  readonly read: (bytes: Uint8Array, name: string) => ReadWord<T>;
  /** Bytes of all values of the folder: what comes after them by name is not taken. */
  readonly mostTogether: number;
  /** What stands for the value in the line that sets it. */
  readonly placeholder: string;
  /** What is so where there is no last good value: "the parameter stays unset". */
  readonly otherwise: string;
  readonly words: StoreWords;
  readonly tell: (key: string, message: string) => void;
}

/** By name, in the order of the names. */
export function readFolder<T>(input: FolderInput<T>): Readonly<Record<string, T>> {
  const { entries, folder, before, words, tell } = input;
  const good: [string, T][] = [];
  let bytesTaken = 0;
  for (const [key, bytes] of inOrder(entries, folder)) {
    const name = key.slice(folder.length);
    const fault = input.nameFault(name);
    if (fault !== null) {
      tell(key, `${fault}: remove the key`);
      continue;
    }
    const last = Object.hasOwn(before, name) ? before[name] : undefined;
    const value: ReadWord<T> =
      bytesTaken + bytes.length > input.mostTogether
        ? { ok: false, why: `the values of ${folder} are together longer than ${input.mostTogether} bytes` }
        : input.read(bytes, name);
    if (value.ok) {
      bytesTaken += bytes.length;
      good.push([name, value.value]);
      continue;
    }
    if (last !== undefined) good.push([name, last]);
    const stays = last === undefined ? input.otherwise : 'the last good one stays in force';
    tell(
      key,
      `${value.why}; ${stays}: ${setLine(words, key, input.placeholder)}, or ${deleteLine(words, key)}`,
    );
  }
  return Object.fromEntries(good);
}

function inOrder(
  entries: ReadonlyMap<string, Uint8Array>,
  folder: string,
): readonly (readonly [string, Uint8Array])[] {
  return [...entries]
    .filter(([key]) => key.startsWith(folder))
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The words of a comma list that are not known, with what may have been meant; null: all are. */
export function unknownWords(
  names: readonly string[],
  known: ReadonlySet<string>,
  what: string,
): string | null {
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return null;
  const told = unknown
    .slice(0, 3)
    .map((name) => `${what} ${JSON.stringify(name.slice(0, 60))}${suggestion(name, known)}`);
  return `there is no ${told.join('; and no ')}${unknown.length > 3 ? `; and ${unknown.length - 3} more` : ''}`;
}
