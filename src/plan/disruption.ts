/**
 * Whether something that works may be taken down now: the one place that decides on it, for a replacement, a restart by
 * a live probe, and a removal. Pure; the contract's section 6. `README.md` beside it has the protocol's text, and a test
 * walks through all states of small clusters with this very function.
 */
import type { Peers } from '../desired/disruption.js';

/** `slots/GROUP/N` in the store. */
export interface SlotName {
  readonly group: string;
  readonly number: number;
}

/** So long as it is there, its node may have a component of the group down at will. */
export interface Slot extends SlotName {
  readonly node: string;
  readonly component: string;
  /** ISO 8601. */
  readonly since: string;
  readonly why: string;
}

/** `rolls/COMPONENT/DEFINITION/NODE`: how a definition went on a node. */
export interface Roll {
  readonly component: string;
  readonly definition: string;
  readonly node: string;
  readonly state: RollState;
}

export type RollState = 'begun' | 'ready' | 'failed';

/** Another node, as far as it counts here. */
export interface Peer {
  readonly node: string;
  readonly roles: readonly string[];
  /** Whether its agent lives; told only where a leader wishes something, as is `down`. */
  readonly alive: boolean;
  /** Components of which it has told that they do not run: they are in nobody's way, and may never come back. */
  readonly down: readonly string[];
}

/** How a definition went on this node; `state` null: it has not told. */
export interface OwnMark {
  readonly definition: string;
  readonly state: RollState | null;
}

/** What the others said by the component's own protocol since the slot was had. */
export type PeerAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** What is known of the cluster. */
export type Coordination =
  /** This node is the only member: every slot is free. */
  | { readonly kind: 'alone' }
  /** The store can't be read, or is not followed. */
  | { readonly kind: 'away'; readonly why: string }
  | {
      readonly kind: 'joined';
      /** This node's name. */
      readonly node: string;
      /** Wishes for which all of this has been read, by `wishKey`. */
      readonly read: ReadonlySet<string>;
      readonly slots: readonly Slot[];
      /** Those of `slots` that are this node's, under a lease that can't have run out: `GROUP/N`. */
      readonly certain: ReadonlySet<string>;
      /** Those of `slots` that this node had under another lease, before its agent was started: `GROUP/N`. */
      readonly left: ReadonlySet<string>;
      readonly rolls: readonly Roll[];
      /** By `wishKey`; none: the others have not answered this wish yet. */
      readonly peers: ReadonlyMap<string, PeerAnswer>;
      /** All nodes with their roles, this one as well; empty where no wish needs them. */
      readonly members: readonly Peer[];
      /** By component, for the definitions that are wanted; none: not read yet. */
      readonly marks: ReadonlyMap<string, OwnMark>;
    };

export interface Disturbance {
  readonly component: string;
  readonly definition: string;
  readonly group: string;
  /** Slots of the group, 1 at least. */
  readonly max: number;
  /** `join`: nothing is taken down; a new member is to start. */
  readonly what: 'replace' | 'restart' | 'remove' | 'join';
  /** Whether it leads: the others go first. */
  readonly leads: boolean;
  /** The other nodes that this change is to reach, where they are known: the ensemble's members. */
  readonly others: readonly string[];
}

/** A disturbance, and all that has to be read and asked for it. */
export interface Wish extends Disturbance {
  readonly peers: Peers | null;
  /** Whether the members count. */
  readonly needsMembers: boolean;
}

/** A wish to know how the others are, by which nothing is taken down. */
export function wishToKnow(
  about: Pick<Wish, 'component' | 'definition' | 'group'> & Partial<Pick<Wish, 'what' | 'others' | 'peers'>>,
): Wish {
  return { max: 1, what: 'replace', leads: false, others: [], peers: null, needsMembers: false, ...about };
}

export type Permission =
  | { readonly kind: 'go' }
  /** Take slot `number` of the group, or take it over from this node's agent before. */
  | { readonly kind: 'claim'; readonly number: number }
  /** Write `begun` for this node. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'wait'; readonly because: string }
  /** A new definition or an operator is needed. */
  | { readonly kind: 'halt'; readonly because: string };

export function permissionFor(wish: Disturbance, known: Coordination): Permission {
  if (known.kind === 'alone') return { kind: 'go' };
  if (known.kind === 'away') return wait(`nothing that works is taken down meanwhile: ${known.why}`);
  if (!known.read.has(wishKey(wish))) return wait('the slots of its group are being read');
  const halted = wish.what === 'remove' ? null : badElsewhere(wish, known);
  if (halted !== null) return halted;
  const own = known.slots.find((slot) => slot.group === wish.group && slot.node === known.node);
  if (own === undefined) return claim(wish, known);
  if (own.component !== wish.component)
    return wait(`${own.component} of this node is not ready again, and holds slot ${slotKey(own)}`);
  if (known.left.has(slotKey(own))) return { kind: 'claim', number: own.number };
  if (!known.certain.has(slotKey(own))) return wait(`its slot ${slotKey(own)} may have run out`);
  const answer = known.peers.get(wishKey(wish));
  if (answer === undefined) return wait('the other nodes are being asked whether they can do without it');
  if (!answer.ok) return wait(`the other nodes can't do without it: ${answer.why}`);
  if (wish.what === 'remove') return { kind: 'go' };
  return stateOf(wish, known.node, known) === 'begun' ? { kind: 'go' } : { kind: 'begin' };
}

/** What of a wish decides on what has to be read, and what the others are asked. */
export function wishKey({ component, definition, group, what }: Disturbance): string {
  return `${what === 'join' ? 'join ' : ''}${component} ${definition} ${group}`;
}

/**
 * Whether a new member may start, where the others have to know of it first: those that have ever told of the component
 * must be ready with the definition that names it. At the first forming nobody has told of anything.
 */
export function joinPermission(wish: Disturbance, known: Coordination): Permission {
  if (known.kind !== 'joined') return { kind: 'go' };
  if (!known.read.has(wishKey(wish))) return wait('it is being read how the other members are');
  const told = wish.others.filter((node) =>
    known.rolls.some((roll) => roll.component === wish.component && roll.node === node),
  );
  const behind = told.filter((node) => stateOf(wish, node, known) !== 'ready');
  if (behind.length === 0) return { kind: 'go' };
  return wait(`${behind.join(', ')} must know of the new member first, and be ready with it`);
}

/** `GROUP/N`. */
export function slotKey({ group, number }: SlotName): string {
  return `${group}/${number}`;
}

type Joined = Extract<Coordination, { kind: 'joined' }>;

/** A change that failed on one node, or that a node has begun and lost its slot with, begins on no other. */
function badElsewhere({ component, definition, what }: Disturbance, known: Joined): Permission | null {
  const rolls = known.rolls.filter((roll) => roll.component === component && roll.definition === definition);
  const failed = rolls.find(({ state }) => state === 'failed');
  if (failed !== undefined && (what === 'replace' || failed.node !== known.node)) {
    const remedy = `put a better one, or, if the node was the reason: katod forget ${failed.node}`;
    return { kind: 'halt', because: `this definition failed on ${failed.node}: ${remedy}` };
  }
  const open = rolls.find(
    ({ state, node }) =>
      state === 'begun' &&
      node !== known.node &&
      !known.slots.some((slot) => slot.node === node && slot.component === component),
  );
  if (open === undefined) return null;
  return wait(
    `${open.node} has begun with this definition and has not told how it went: see to that node, or katod forget ${open.node}`,
  );
}

function claim(wish: Disturbance, known: Joined): Permission {
  const waiting = [...new Set([...wish.others, ...begunElsewhere(wish, known)])].filter(
    (node) => stateOf(wish, node, known) !== 'ready',
  );
  if (wish.what === 'replace' && wish.leads && waiting.length > 0)
    return wait(`it leads, and ${waiting.join(', ')} ${waiting.length === 1 ? 'goes' : 'go'} first`);
  const taken = known.slots.filter(({ group }) => group === wish.group);
  for (let number = 0; number < wish.max; number += 1) {
    if (!taken.some((slot) => slot.number === number)) return { kind: 'claim', number };
  }
  const [holder] = taken;
  const held =
    holder === undefined ? '' : `, held by ${holder.node} for ${holder.component} since ${holder.since}`;
  return wait(`every slot of group ${wish.group} is taken${held}`);
}

function begunElsewhere({ component, definition }: Disturbance, { rolls, node }: Joined): readonly string[] {
  return rolls
    .filter(
      (roll) => roll.component === component && roll.definition === definition && roll.state === 'begun',
    )
    .map((roll) => roll.node)
    .filter((other) => other !== node);
}

function stateOf(
  { component, definition }: Pick<Disturbance, 'component' | 'definition'>,
  node: string,
  { rolls }: Joined,
): RollState | null {
  const found = rolls.find(
    (roll) => roll.component === component && roll.definition === definition && roll.node === node,
  );
  return found?.state ?? null;
}

function wait(because: string): Permission {
  return { kind: 'wait', because };
}
