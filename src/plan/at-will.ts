/**
 * The gate in front of everything that takes down what works: it asks `permissionFor`, and where a slot or a mark is
 * needed first, that is the step.
 */
import type { ComponentSpec } from '../desired/desired.js';
import { type Disruption, disruptionOf } from '../desired/disruption.js';
import type { Action } from './action.js';
import { type Coordination, type Disturbance, type Peer, permissionFor, type Wish } from './disruption.js';
import { memoryOf } from './memory.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { works } from './standing.js';
import { type Step, unlessFailing } from './step.js';

export interface AtWill {
  readonly what: Disturbance['what'];
  /** What works and would be taken down. */
  readonly container: OwnContainer;
  /** The definition that is the reason. */
  readonly definition: string;
  readonly disruption: Disruption;
  /** The nodes of its ensemble; default: those that have the component by their roles. */
  readonly nodes?: readonly string[];
}

/** Lets a step through where it takes down nothing that works, or may. */
export function atWill(step: Step, wanting: AtWill, input: PlanInput): Step {
  if (step === null || !('do' in step)) return step;
  if (wanting.what !== 'restart' && !isWorking(wanting.container, input)) return step;
  const wish = wishOf(step, wanting, input);
  const { component } = step;
  const permission = permissionFor(wish, input.coordination);
  switch (permission.kind) {
    case 'go':
      return step;
    case 'claim': {
      const slot = { group: wish.group, number: permission.number };
      const because = `it is to ${inWords(step)}, since ${step.because}`;
      const claim = { do: 'claim' as const, component, slot, why: step.because, because, wish };
      return unlessFailing(claim, input.memory, input.now);
    }
    case 'begin': {
      const because = `it is to ${inWords(step)}, since ${step.because}`;
      const { definition } = wish;
      const mark = { do: 'mark' as const, component, definition, state: 'begun' as const, because, wish };
      return unlessFailing(mark, input.memory, input.now);
    }
    case 'wait':
      return { component, waits: 'slot', until: null, because: permission.because, wish };
    case 'halt':
      return { component, waits: 'slot', until: null, because: permission.because, halted: true, wish };
  }
}

/** A replacement of what runs, as its definition now asks for it. */
export function replacing(spec: ComponentSpec, container: OwnContainer): AtWill {
  const { definition, disruption, ensemble } = spec;
  const nodes = ensemble === undefined ? {} : { nodes: ensemble.nodes };
  return { what: 'replace', container, definition, disruption, ...nodes };
}

/** The rule for a component that is not wanted here any more. */
export function disruptionHere(component: string, { desired }: PlanInput): Disruption {
  return (desired.known ? desired.disruptions.get(component) : undefined) ?? disruptionOf(component);
}

export function isWorking(container: OwnContainer, { observed, memory, now }: PlanInput): boolean {
  const verdict = observed.verdicts.get(container.component);
  return works(container, { verdict, standing: memoryOf(memory, container.component).standing, now });
}

function wishOf(
  { component }: Action,
  { what, container, definition, disruption, nodes }: AtWill,
  input: PlanInput,
): Wish {
  const { max, group, peers } = disruption;
  const verdict = input.observed.verdicts.get(component);
  const leads = verdict?.containerId === container.id && verdict.leader === true;
  const all = carriers(component, nodes, input);
  const share = (percent: number) => Math.max(1, Math.floor((all.length * percent) / 100));
  return {
    component,
    definition,
    group,
    max: max.kind === 'count' ? max.count : share(max.percent),
    what,
    leads,
    others: leads
      ? all
          .filter((peer) => carries(peer, component) && peer.node !== nodeOf(input.coordination))
          .map(({ node }) => node)
      : [],
    peers,
    needsMembers: max.kind === 'share' || leads,
  };
}

function carries({ alive, down }: Peer, component: string): boolean {
  return alive && !down.includes(component);
}

/** A node with the role that is no member of the ensemble runs nothing of it. */
function carriers(
  component: string,
  nodes: readonly string[] | undefined,
  { desired, coordination }: PlanInput,
): readonly Peer[] {
  if (coordination.kind !== 'joined' || !desired.known) return [];
  if (nodes !== undefined) return coordination.members.filter(({ node }) => nodes.includes(node));
  const roles = desired.rolesWith.get(component) ?? [];
  return coordination.members.filter((member) => member.roles.some((role) => roles.includes(role)));
}

/** This node's name; null where it is the only one, or it can't be told. */
export function nodeOf(coordination: Coordination): string | null {
  return coordination.kind === 'joined' ? coordination.node : null;
}

function inWords({ do: verb }: Action): string {
  return verb === 'retire' ? 'be replaced or taken away' : verb;
}
