/** The writes of the port, each done once or not at all: set, create, replace, delete. */

import { type Entry, StoreError, type Written } from '../store.js';
import { isWritten, nameOf, readKey, revisionOf, type Writing, writeGuarded } from './guarded.js';
import type { KeyValue } from './messages.js';

/** Writers that set the same key at the same time get in each other's way, but not so often. */
const RACES = 5;

/** Whatever is there: sets it, or deletes it. False: it was so already. Rejects with a `StoreError`. */
export async function put(writing: Writing): Promise<boolean> {
  for (let race = 0; race < RACES; race += 1) {
    const before = await readKey(writing, 1);
    if (isWritten(writing, before)) return false;
    const outcome = await writeGuarded(writing, revisionOf(before));
    if (outcome.done || isWritten(writing, outcome.now)) return true;
    if (outcome.unsure) throw overwritten(writing);
  }
  throw new StoreError(
    `${nameOf(writing)} was not written: others keep writing it at the same time: try again`,
  );
}

/** Only while the key is at the revision; `0`: while it is absent. Rejects with a `StoreError`. */
export async function putIf(writing: Writing, revision: string, key: string): Promise<Written> {
  const outcome = await writeGuarded(writing, BigInt(revision));
  if (outcome.done) {
    const { value } = writing;
    return { done: true, now: value === null ? null : { key, value, revision: String(outcome.revision) } };
  }
  const { now, unsure } = outcome;
  // Without a lost answer it was somebody else who wrote the same.
  const done = unsure && isWritten(writing, now);
  if (unsure && !done && revision !== '0') throw overwritten(writing);
  return { done, now: now === undefined ? null : entryOf(now, key) };
}

export function entryOf({ value, modRevision }: KeyValue, key: string): Entry {
  return { key, value, revision: String(modRevision) };
}

function overwritten(writing: Writing): StoreError {
  return new StoreError(
    `${nameOf(writing)} was written by somebody else while etcd confirmed nothing, perhaps after it was written as asked: ` +
      'look with etcdctl get, and decide',
  );
}
