/**
 * What is left to tell the other nodes once a component stands: that its definition works here or does not, and that
 * its slot is free again. Until then they wait.
 */
import type { ComponentSpec } from '../desired/desired.js';
import { disruptionHere } from './at-will.js';
import {
  type Coordination,
  type RollState,
  type Slot,
  slotKey,
  type Wish,
  wishKey,
  wishToKnow,
} from './disruption.js';
import { memoryOf } from './memory.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { settledAt } from './standing.js';
import { type Step, unlessFailing } from './step.js';

type Joined = Extract<Coordination, { kind: 'joined' }>;

/** `spec` null: the component is not wanted here. `current`: the container that counts. */
export function settle(
  component: string,
  { spec, current }: { readonly spec: ComponentSpec | null; readonly current: OwnContainer | null },
  input: PlanInput,
): Step {
  const known = input.coordination;
  if (known.kind !== 'joined') return null;
  if (current === null) {
    return spec === null ? giveUpGone(component, known, input) : null;
  }
  if (spec === null) return null;
  const asWanted = current.digest === spec.digest;
  const verdict = input.observed.verdicts.get(component);
  const { standing } = memoryOf(input.memory, component);
  const mark = asWanted ? duePending(spec, known) : null;
  if (mark === null && slotsOf(component, known).length === 0) return null;
  const at = settledAt(current, { verdict, standing }, asWanted && spec.probes.live !== undefined);
  if (at === null) return null;
  const wish = ownMark(spec, known) === 'begun' ? { wish: lookForSlots(spec) } : {};
  if (input.now < at) return { component, later: at, ...wish };
  if (mark !== null) {
    const { definition } = spec;
    const because = 'it has been ready for 10 s';
    const action = { do: 'mark' as const, component, definition, state: mark, because, ...wish };
    return unlessFailing(action, input.memory, input.now);
  }
  return giveUp(component, known, input, 'it has been ready for 10 s');
}

/** What was begun may have been so by an agent of this node before, whose slot is to be given back as well. */
function lookForSlots({ name: component, definition, disruption: { group } }: ComponentSpec): Wish {
  return wishToKnow({ component, definition, group });
}

/** How the wanted definition went on this node; undefined: not read yet, or not known. */
export function ownMark(spec: ComponentSpec, known: Coordination): RollState | null | undefined {
  if (known.kind !== 'joined') return undefined;
  const mark = known.marks.get(spec.name);
  return mark?.definition === spec.definition ? mark.state : undefined;
}

/** A component that can lead tells in any case, since the leader waits for the others; so does one that new members wait for. */
function duePending(spec: ComponentSpec, known: Joined): 'ready' | null {
  const mark = ownMark(spec, known);
  if (mark === 'begun' || mark === 'failed') return 'ready';
  const isWaitedFor = spec.probes.lead !== undefined || spec.disruption.joins === 'last';
  return mark === null && isWaitedFor ? 'ready' : null;
}

/** Those of this node, under a lease that is certain, or left by its agent before. */
function slotsOf(component: string, { slots, certain, left, node }: Joined): readonly Slot[] {
  return slots.filter(
    (slot) =>
      slot.node === node &&
      slot.component === component &&
      (certain.has(slotKey(slot)) || left.has(slotKey(slot))),
  );
}

/**
 * Not before the others serve without it, where they can tell: itself is one of those that they count. What they said
 * while it was still there answers another wish, and does not count.
 */
function giveUpGone(component: string, known: Joined, input: PlanInput): Step {
  const [slot] = slotsOf(component, known);
  const { peers, group } = disruptionHere(component, input);
  if (slot === undefined || peers === null) return giveUp(component, known, input, 'it is gone');
  const without = { serve: peers.serve, least: Math.max(0, peers.least - 1), any: [] };
  const wish = wishToKnow({ component, definition: '', group, what: 'remove', peers: without });
  const answer = known.peers.get(wishKey(wish));
  if (answer?.ok === true)
    return giveUp(component, known, input, 'it is gone, and the others serve without it');
  const why = answer === undefined ? 'the other nodes are being asked' : answer.why;
  const because = `it is gone, and its slot is kept until the others serve without it: ${why}`;
  return { component, waits: 'slot', until: null, because, wish };
}

function giveUp(component: string, known: Joined, input: PlanInput, because: string): Step {
  const slots = slotsOf(component, known).map(({ group, number }) => ({ group, number }));
  if (slots.length === 0) return null;
  return unlessFailing({ do: 'giveUp', component, slots, because }, input.memory, input.now);
}
