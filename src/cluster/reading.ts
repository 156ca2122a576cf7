/** Slots, rolls and members as they stand in the store, read for what one node wishes. */
import { fewAtATime } from '../loop/few-at-a-time.js';
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
  return (await fewAtATime([...folders], (folder) => store.list(folder))).flat();
}

/** The states of a component, as its node tells them, in which it is there. */
const RUNNING = new Set(['running', 'paused']);

/** A leader does not wait for one whose agent is away, or that is down: it may never come back. */
async function readMembers(wishes: readonly Wish[], store: Pick<Store, 'list'>): Promise<readonly Peer[]> {
  const leads = wishes.some((wish) => wish.leads);
  const [members, statuses] = await Promise.all([store.list('members/'), leads ? store.list('status/') : []]);
  const told = new Map(
    statuses.map((entry) => [entry.key.slice('status/'.length), parseStatus(textOf(entry))]),
  );
  return members.flatMap((entry) => {
    const node = entry.key.slice('members/'.length);
    const roles = parseMember(textOf(entry))?.roles;
    if (roles === undefined) return [];
    const status = told.get(node) ?? null;
    const down = (status?.components ?? [])
      .filter(({ state }) => !RUNNING.has(state))
      .map(({ name }) => name);
    return [{ node, roles, alive: !leads || status !== null, down }];
  });
}

export function textOf({ value }: Pick<Entry, 'value'>): string {
  return new TextDecoder().decode(value);
}
