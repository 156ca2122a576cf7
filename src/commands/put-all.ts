/** Puts several keys in the store, one after the other; those that say so already are left as they are. */

import type { OpenStoreOptions } from '../store/open.js';
import { openStore } from '../store/open.js';
import { textAt } from './stack.js';

export interface Where extends Pick<OpenStoreOptions, 'settings' | 'node'> {}

interface Put {
  readonly key: string;
  readonly value: string;
}

export interface Done {
  readonly written: number;
  readonly unchanged: number;
}

/** Rejects, with nothing written, where the cluster has another stack than `cluster/stack` is to say. */
export async function putAll(puts: readonly Put[], { settings, node }: Where): Promise<Done> {
  const store = await openStore({ settings, node });
  try {
    const snapshot = await store.read();
    const stack = textAt(snapshot, 'cluster/stack');
    const wanted = puts.find(({ key }) => key === 'cluster/stack')?.value ?? stack;
    if (stack !== null && stack !== wanted)
      throw new Error(
        `nothing is written: this cluster's stack is ${stack} (cluster/stack), and ${wanted} would change all its nodes; delete that key first if it should`,
      );
    const changed = puts.filter(({ key, value }) => textAt(snapshot, key) !== value);
    for (const { key, value } of changed) await store.put(key, value);
    return { written: changed.length, unchanged: puts.length - changed.length };
  } finally {
    await store.close();
  }
}
