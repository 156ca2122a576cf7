/** Slots, rolls and members as they stand in the store, read for what one node wishes. */
import { type Peer, type Roll, type Slot, type Wish, wishKey } from '../plan/disruption.js';
import type { Entry, Store } from '../store/store.js';
import { parseRoll, parseSlot, rollsFolder, slotsFolder } from './coordination-text.js';
import { parseMember, parseStatus } from './member.js';

export interface CoordinationReading {
  /** The wishes it is for, by `wishKey`. */
  readonly read: ReadonlySet<string>;
  readonly slots: readonly Slot[];
  readonly rolls: readonly Roll[];
  readonly members: readonly Peer[];
}

export const NOTHING_READ: CoordinationReading = { read: new Set(), slots: [], rolls: [], members: [] };

/** Rejects with a `StoreError`. */
export async function readFor(
  wishes: readonly Wish[],
  store: Pick<Store, 'list'>,
): Promise<CoordinationReading> {
  const groups = new Set(wishes.map(({ group }) => slotsFolder(group)));
  const definitions = new Set(
    wishes.map(({ what, component, definition }) =>
      what === 'join' ? rollsFolder(component) : rollsFolder(component, definition),
    ),
  );
  const [slots, rolls, members] = await Promise.all([
    listAll(groups, store),
    listAll(definitions, store),
    wishes.some(({ needsMembers }) => needsMembers) ? readMembers(wishes, store) : [],
  ]);
  return {
    read: new Set(wishes.map(wishKey)),
    slots: slots.flatMap((entry) => parseSlot(entry.key, textOf(entry)) ?? []),
    rolls: rolls.flatMap((entry) => parseRoll(entry.key, textOf(entry)) ?? []),
    members,
  };
}

async function listAll(folders: ReadonlySet<string>, store: Pick<Store, 'list'>): Promise<readonly Entry[]> {
  return (await Promise.all([...folders].map((folder) => store.list(folder)))).flat();
}

/** A leader does not wait for one whose agent is away: it may never come back. */
async function readMembers(wishes: readonly Wish[], store: Pick<Store, 'list'>): Promise<readonly Peer[]> {
  const leads = wishes.some((wish) => wish.leads);
  const [members, statuses] = await Promise.all([store.list('members/'), leads ? store.list('status/') : []]);
  const alive = new Set(
    statuses
      .filter((entry) => parseStatus(textOf(entry)) !== null)
      .map(({ key }) => key.slice('status/'.length)),
  );
  return members.flatMap((entry) => {
    const node = entry.key.slice('members/'.length);
    const roles = parseMember(textOf(entry))?.roles;
    return roles === undefined ? [] : [{ node, roles, alive: !leads || alive.has(node) }];
  });
}

export function textOf({ value }: Pick<Entry, 'value'>): string {
  return new TextDecoder().decode(value);
}
