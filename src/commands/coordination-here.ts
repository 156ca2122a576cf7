/** What the other nodes are known to do, read once without an agent. */
import { type CoordinationReading, readFor } from '../cluster/reading.js';
import type { Coordination, Wish } from '../plan/disruption.js';
import type { Settings } from '../settings/settings.js';
import { openStore } from '../store/open.js';
import { StoreError } from '../store/store.js';

/** As an agent knows it that has just been started: it holds no slot. */
export function joined(node: string, { read, slots, rolls, members }: CoordinationReading): Coordination {
  const own = { certain: new Set<string>(), left: new Set<string>(), peers: new Map(), marks: new Map() };
  return { kind: 'joined', node, read, slots, rolls, members, ...own };
}

/** Never rejects: a store that can't be read is away. */
export async function coordinationHere(settings: Settings, wishes: readonly Wish[]): Promise<Coordination> {
  const { node } = settings;
  if (settings.store.kind === 'file') return { kind: 'alone' };
  const store = await openStore({ settings, node });
  try {
    return joined(node, await readFor(wishes, store));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'away', why: error.message };
  } finally {
    await store.close();
  }
}
