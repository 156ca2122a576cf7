/**
 * What to do next: a pure function of what is wanted, what was seen, and what is remembered. For each component at
 * most one repeatable step; the next look decides on the one after. Same input, same plan.
 */
import type { ComponentSpec, Desired, EnsembleWait } from '../desired/desired.js';
import { specInForce } from '../desired/in-force.js';
import { atOnce } from '../desired/steps.js';
import type { Action, Plan, Stuck, Waiting } from './action.js';
import { nodeOf } from './at-will.js';
import type { Coordination, Wish } from './disruption.js';
import { keep } from './keep.js';
import type { Memory } from './memory.js';
import type { Observed, OwnContainer, UnderWay } from './observed.js';
import { ofComponent } from './of-component.js';
import { clearAway, remove } from './remove.js';
import { run } from './run.js';
import { settle } from './settle.js';
import { sortOut } from './sort-out.js';
import type { Spread } from './spread.js';
import type { Step } from './step.js';

export interface PlanInput {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly memory: Memory;
  readonly underWay: UnderWay;
  /** What is known of the other nodes. */
  readonly coordination: Coordination;
  /** Of the pulls for what is replaced. */
  readonly pullSpread: Spread;
  /** Of the containers' names; default `katod-`. */
  readonly prefix: string;
  /** Milliseconds of the loop's monotonic clock. */
  readonly now: number;
}

/** All steps at once. */
export function plan(input: PlanInput): Plan {
  return atOnce(planInSteps(input));
}

/** Yields around each component. */
export function* planInSteps(input: PlanInput): Generator<void, Plan> {
  const actions: Action[] = [];
  const waiting: Waiting[] = [];
  const stuck: Stuck[] = [];
  const wishes: Wish[] = [];
  let lookAgainAt: number | null = null;
  const begunPulls = new Set(input.underWay.pulls);
  for (const component of componentsOf(input)) {
    yield;
    if (input.underWay.lanes.has(component)) continue;
    const step = limitPulls(stepFor(component, input), begunPulls, input.underWay.pullLimit);
    if (step === null) continue;
    if ('wish' in step && step.wish !== undefined) wishes.push(step.wish);
    if ('later' in step && step.later !== undefined)
      lookAgainAt = Math.min(step.later, lookAgainAt ?? step.later);
    if ('do' in step) actions.push(step);
    else if ('waits' in step) waiting.push(step);
    else if ('state' in step) stuck.push(step);
  }
  yield;
  return { actions, waiting, stuck, wishes, lookAgainAt };
}

/** Whatever is wanted or there, by name: the order of the plan is the order of its text. */
function componentsOf({ desired, observed, coordination }: PlanInput): readonly string[] {
  const wanted = desired.known ? [...desired.components.keys()] : [];
  const there = [...observed.own, ...observed.checks].map((container) => container.component);
  const slots = coordination.kind === 'joined' ? coordination.slots : [];
  const held = slots.filter((slot) => slot.node === nodeOf(coordination)).map((slot) => slot.component);
  return [...new Set([...wanted, ...there, ...held])].sort();
}

/** The component's own next step, or, where it stands, what the other nodes are to be told. */
function stepFor(component: string, input: PlanInput): Step {
  const step = ownStep(component, input);
  const stands = step === null || ('waits' in step && step.halted === true);
  if (!stands || !input.desired.known) return step;
  const own = ofComponent(input.observed.own, component);
  const wanted = input.desired.components.get(component);
  const { current } = sortOut(own, input.prefix, component);
  const told = settle(component, { spec: specInForce(wanted), current }, input);
  if (step === null || told === null || !('later' in told)) return told ?? step;
  return { ...step, later: told.later };
}

function ownStep(component: string, input: PlanInput): Step {
  const own = ofComponent(input.observed.own, component);
  if (!input.desired.known) return keep({ component, own, spec: null, input, because: input.desired.why });
  const { paused } = input.desired;
  if (paused === 'all') return null;
  const wanted = input.desired.components.get(component);
  const waits = wanted?.ok === false ? wanted.waits : undefined;
  if (waits?.needs === 'number') return waitForEnsemble(component, waits);
  if (paused) {
    const spec = specInForce(wanted);
    return wanted ? keep({ component, own, spec, input, because: 'the node is paused' }) : null;
  }
  const left = ofComponent(input.observed.checks, component);
  const clear = clearAway(component, left, input, 'it is left of a check that was cut off');
  if (clear !== null) return clear;
  if (wanted === undefined) return remove(component, own, input);
  const spec = specInForce(wanted);
  const because = waits === undefined ? 'its definition is refused' : 'its ensemble is not complete';
  const step =
    spec === null || (!wanted.ok && isMadeOfElse(spec, own, input))
      ? keep({ component, own, spec: null, input, because })
      : run(spec, own, input);
  return step ?? (waits === undefined ? null : waitForEnsemble(component, waits));
}

function waitForEnsemble(component: string, { why }: EnsembleWait): Step {
  return { component, waits: 'ensemble', until: null, because: why };
}

/** A definition that is refused or waits is no reason to replace what runs, even by the last good one. */
function isMadeOfElse(spec: ComponentSpec, own: readonly OwnContainer[], { prefix }: PlanInput): boolean {
  const { current } = sortOut(own, prefix, spec.name);
  return current !== null && current.digest !== spec.digest;
}

/** One pull of an image serves all who need it, and no more than `limit` run at once. */
function limitPulls(step: Step, begun: Set<string>, limit: number): Step {
  if (step === null || !('do' in step) || step.do !== 'pull') return step;
  const { component, image, because } = step;
  if (begun.has(image)) return { component, waits: 'pull', until: null, because };
  if (begun.size >= limit) {
    return { component, waits: 'pull', until: null, because: `${begun.size} other pulls are under way` };
  }
  begun.add(image);
  return step;
}
