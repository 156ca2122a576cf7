/** The container is made as wanted: see that it runs, is well, and is alone; or that its predecessor comes back. */
import type { ComponentSpec } from '../desired/desired.js';
import { atWill, isWorking, replacing } from './at-will.js';
import { memoryOf } from './memory.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { clearAway } from './remove.js';
import { dueAt, goBack, predecessorOf } from './rollback.js';
import { ownMark } from './settle.js';
import type { SortedOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { start } from './start.js';
import { type Step, unlessCrashing, unlessFailing } from './step.js';
import { takeUp } from './take-up.js';

export function tend(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
  switch (current.state) {
    case 'running':
      return followOn(spec, current, sorted, input) ?? mend(spec, current, input);
    case 'paused':
      return unpause(current, input);
    case 'created':
    case 'exited':
      return isOverdue(spec, current, sorted, input)
        ? goBack(spec, current, input)
        : start(spec, current, sorted, input);
    default:
      return null;
  }
}

/** The successor runs: its predecessor is kept, stopped, until it is seen that it works. */
function followOn(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): Step {
  const predecessor = predecessorOf(sorted, spec.name, input);
  const others = sorted.retired.filter((container) => container !== predecessor || isRunning(container));
  const left = clearAway(spec.name, others, input, 'its successor runs');
  if (left !== null || predecessor === null) return left;
  if (input.observed.verdicts.get(spec.name)?.containerId === current.id && isServing(spec.name, input))
    return clearAway(spec.name, [predecessor], input, 'its successor is ready');
  if (isOverdue(spec, current, sorted, input)) return goBack(spec, current, input);
  const later = dueAt(spec, current, input);
  const step = mend(spec, current, input);
  return step ?? (later === null ? null : { component: spec.name, later });
}

function isServing(component: string, { observed }: PlanInput): boolean {
  return observed.verdicts.get(component)?.health === 'ready';
}

function isOverdue(spec: ComponentSpec, current: OwnContainer, sorted: SortedOut, input: PlanInput): boolean {
  const due = dueAt(spec, current, input);
  return due !== null && input.now >= due && predecessorOf(sorted, spec.name, input) !== null;
}

export function unpause({ component, id }: OwnContainer, { memory, now }: PlanInput): Step {
  return unlessFailing({ do: 'unpause', component, id, because: 'somebody paused it' }, memory, now);
}

/** Files first: what is wrong with it may be what they mend. */
function mend(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const files = filesTakenUp(spec, current, input);
  return files && 'do' in files ? files : (restartIfFailing(spec, current, input) ?? files);
}

/** A signal takes nothing down; a restart of what works does. */
function filesTakenUp(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const step = takeUp(spec, current, input);
  const restarts = step !== null && 'do' in step && step.do === 'reload' && step.by === 'restart';
  if (!restarts || !isWorking(current, input)) return step;
  return atWill(step, { ...replacing(spec, current), what: 'restart' }, input);
}

function restartIfFailing(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const verdict = input.observed.verdicts.get(spec.name);
  if (verdict?.containerId !== current.id || verdict.health !== 'failing') return null;
  const because = `its live probe fails: ${verdict.output}`;
  const action = {
    do: 'restart' as const,
    component: spec.name,
    id: current.id,
    timeout: spec.stopTimeout,
    because,
  };
  const step = unlessCrashing(action, input.memory, input.now);
  if (step === null || !('do' in step)) return step;
  if (helpedNothing(spec, input)) {
    const because = `a restart has not helped: ${verdict.output}`;
    return {
      do: 'mark',
      component: spec.name,
      definition: spec.definition,
      state: 'failed',
      because,
    };
  }
  return atWill(step, { ...replacing(spec, current), what: 'restart' }, input);
}

/** It was restarted under this definition, and has not told since that it is well: the others are spared. */
function helpedNothing(spec: ComponentSpec, { memory, coordination }: PlanInput): boolean {
  const { restartedUnder, failed } = memoryOf(memory, spec.name);
  const restarted = restartedUnder === spec.definition && failed.mark === undefined;
  return restarted && ownMark(spec, coordination) === 'begun';
}
