/** The port to the other nodes: what is known of them, and what they are told. */
import type { Coordination, RollState, SlotName, Wish } from '../plan/disruption.js';

export interface Coordinating {
  /** As it is now: what rests on a lease is judged by the clock at each call. */
  known(): Coordination;
  /** What is read up from now on, and no more: wishes, and how these definitions (by component) went here. */
  want(wishes: readonly Wish[], definitions: ReadonlyMap<string, string>): void;
  /** Takes a slot, unless somebody was faster, and reads anew. Rejects where it can't be told. */
  claim(slot: SlotName, by: { readonly component: string; readonly why: string }): Promise<void>;
  giveUp(slots: readonly SlotName[]): Promise<void>;
  mark(component: string, definition: string, state: RollState): Promise<void>;
  close(): Promise<void>;
}

/** For a node that is the only one. Nothing is ever claimed or told by it. */
export const ALONE: Coordinating = {
  known: () => ({ kind: 'alone' }),
  want() {},
  async claim() {},
  async giveUp() {},
  async mark() {},
  async close() {},
};
