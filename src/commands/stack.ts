/** The stack that a command is about: the store's word, else the setting's; found in the catalog, or what is wrong. */
import type { Catalog } from '../catalog/catalog.js';
import type { Stack } from '../catalog/stack.js';
import { LONGEST_WORD, readValue } from '../desired/value-text.js';
import { suggestion } from '../settings/nearest.js';
import type { Snapshot } from '../store/store.js';

/** The text of a key as the agent reads it, what is wrong with it in brackets, or null where the key is absent. */
export function textAt(snapshot: Snapshot, key: string): string | null {
  const bytes = snapshot.entries.get(key);
  if (bytes === undefined) return null;
  const value = readValue(bytes, LONGEST_WORD);
  return value.ok ? value.text : `(${value.why})`;
}

/** @param snapshot null: the store could not be read. */
export function stackName(snapshot: Snapshot | null, fallback: string): string {
  return (snapshot === null ? null : textAt(snapshot, 'cluster/stack')) ?? fallback;
}

/** Throws with what is wrong with it, or with the stacks there are. `folder` is the catalog's. */
export function stackNamed(catalog: Catalog, name: string, folder: string): Stack {
  const stack = catalog.stacks.get(name);
  if (stack !== undefined) return stack;
  const [refused] = catalog.refused.stacks.get(name) ?? [];
  if (refused !== undefined)
    throw new Error(`stack ${name} is refused: ${refused.place}: ${refused.message}`);
  const known = [...catalog.stacks.keys()];
  const there = known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`;
  throw new Error(`there is no stack "${name}" in ${folder}; ${there}${suggestion(name, known)}`);
}
