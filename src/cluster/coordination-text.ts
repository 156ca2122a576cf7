/** Slots and rolls as keys and values of the store; the contract's section 3. Pure. */
import * as z from 'zod';
import type { Roll, RollState, Slot, SlotName } from '../plan/disruption.js';

const slotSchema = z.object({
  holder: z.string(),
  component: z.string(),
  since: z.string(),
  why: z.string(),
});

/** Longer reasons are cut: many nodes may wait for one slot, and show it. */
const LONGEST_WHY = 300;

export function slotKeyOf({ group, number }: SlotName): string {
  return `${slotsFolder(group)}${number}`;
}

export function slotsFolder(group: string): string {
  return `slots/${group}/`;
}

export function slotText({ node, component, since, why }: Omit<Slot, keyof SlotName>): string {
  return JSON.stringify({ holder: node, component, since, why: why.slice(0, LONGEST_WHY) });
}

/** Null: no slot's key. A value that can't be read is still a slot in use, by nobody that can be told. */
export function parseSlot(key: string, value: string): Slot | null {
  const [, group, digits] = /^slots\/([^/]+)\/(\d{1,6})$/.exec(key) ?? [];
  if (group === undefined) return null;
  const { holder, ...rest } = readSlot(value);
  return { group, number: Number(digits), node: holder, ...rest };
}

function readSlot(value: string): z.infer<typeof slotSchema> {
  try {
    return slotSchema.parse(JSON.parse(value));
  } catch {
    return { holder: '', component: '', since: '', why: '' };
  }
}

/** Without a definition: of all of them. */
export function rollsFolder(component: string, definition?: string): string {
  return definition === undefined ? `rolls/${component}/` : `rolls/${component}/${definition}/`;
}

export function rollKey({ component, definition, node }: Omit<Roll, 'state'>): string {
  return `${rollsFolder(component, definition)}${node}`;
}

/** Null: no roll's key, or no word of one. */
export function parseRoll(key: string, value: string): Roll | null {
  const [, component, definition, node] = /^rolls\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  const state = STATES.find((word) => word === value.trim());
  if (component === undefined || definition === undefined || node === undefined || state === undefined)
    return null;
  return { component, definition, node, state };
}

const STATES: readonly RollState[] = ['begun', 'ready', 'failed'];
