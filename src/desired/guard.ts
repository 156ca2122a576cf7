/**
 * Whether the store's answer may be followed. A store that was emptied, rolled back or swapped answers as readily as
 * the right one; following it would take down a healthy node. Pure; the contract's sections 3 and 8.
 */
import type { Snapshot } from '../store/store.js';
import { keyPlace, type StoreWords } from './key-text.js';
import { LONGEST_WORD, readValue } from './value-text.js';

/** What tells this cluster's store from another, an emptied or an older one; kept with the last known good. */
export interface Known {
  /** Value of `cluster/id`; null before it has been seen, and then anything may be followed. */
  readonly clusterId: string | null;
  /** etcd's own id of its cluster. */
  readonly storeId: string | null;
  /** Highest revision that was followed. */
  readonly revision: string;
}

export interface GuardInput {
  readonly known: Known;
  readonly snapshot: Snapshot;
  readonly words: StoreWords;
}

/** Null: it may be followed. Else why not, and what to do. */
export function objection({ known, snapshot, words }: GuardInput): string | null {
  if (words.source === 'file' || known.clusterId === null) return null;
  const id = wordAt(snapshot, 'cluster/id');
  const place = keyPlace(words, 'cluster/id');
  // What may not be read is neither lost nor another's.
  const readable = !isRefused(snapshot, 'cluster/');
  if (readable && id === null) {
    return hold(`the store has lost ${place} (it was ${known.clusterId}): it was emptied, or is another one`);
  }
  if (readable && id !== known.clusterId) {
    return hold(`the store is another cluster's: ${place} is ${id}, and was ${known.clusterId}`);
  }
  if (isOlder(snapshot.revision, known.revision)) {
    const ages = `it is at revision ${snapshot.revision}, and has been at ${known.revision}`;
    return hold(`the store went back in time, as after restoring a backup: ${ages}`);
  }
  if (known.storeId !== null && snapshot.clusterId !== null && snapshot.clusterId !== known.storeId) {
    const ids = `etcd's cluster id is ${snapshot.clusterId}, and was ${known.storeId}`;
    return hold(`the store was made anew, as after restoring a backup: ${ids}`);
  }
  return null;
}

/**
 * Whether the snapshot's `cluster/trust` is an operator's fresh word that ends a hold here. A word counts once. One that
 * stood there when the hold began says nothing, since it may be an old one out of a backup, or another cluster's;
 * unless it names this cluster, as the ones of `katod trust-store --cluster` do (`ID:RANDOM`).
 */
export function isFreshTrust({
  snapshot,
  clusterId,
  seen,
  atHold,
}: {
  readonly snapshot: Snapshot;
  readonly clusterId: string | null;
  /** Words that have counted or stood there in good times. */
  readonly seen: readonly string[];
  /** The word when the hold began, or null. */
  readonly atHold: string | null;
}): boolean {
  const word = wordAt(snapshot, 'cluster/trust');
  if (word === null || seen.includes(word)) return false;
  return word !== atHold || (clusterId !== null && word.startsWith(`${clusterId}:`));
}

/** A value of the guard's own keys, or null where there is none that can be read. */
export function wordAt(snapshot: Snapshot, key: 'cluster/id' | 'cluster/trust'): string | null {
  const bytes = snapshot.entries.get(key);
  if (bytes === undefined) return null;
  const value = readValue(bytes, LONGEST_WORD);
  return value.ok ? value.text : null;
}

/** Whether this part of the store was refused to this node: then its keys are not absent, but unknown. */
export function isRefused({ refused = [] }: Snapshot, prefix: string): boolean {
  return refused.some((part) => part.prefix === prefix);
}

function hold(what: string): string {
  const remedy =
    'bring the right store back, or, if this one is right, run katod trust-store on this node or katod trust-store --cluster';
  return `${what}. Nothing is changed here: ${remedy}`;
}

function isOlder(revision: string, known: string): boolean {
  return /^\d+$/.test(revision) && /^\d+$/.test(known) && BigInt(revision) < BigInt(known);
}
