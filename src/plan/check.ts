/**
 * Files are put in place only once their own program has accepted them: what stands between the files that are wanted
 * and their place.
 */
import type { ComponentSpec, LiveFile } from '../desired/desired.js';
import type { Action, Stuck, Waiting } from './action.js';
import { memoryOf } from './memory.js';
import type { TakenUp } from './observed.js';
import type { PlanInput } from './plan.js';
import { type Step, unlessFailing } from './step.js';

/** What is to be done or waited for before the wanted files may be put in place; null: nothing. */
export function checkObstacle(spec: ComponentSpec, input: PlanInput): Action | Waiting | Stuck | null {
  const { memory, observed, now } = input;
  if (spec.files.validate.length === 0) return null;
  const takenUp = observed.files.get(spec.name);
  if (takenUp && owed(spec, takenUp).length === 0) return null;
  const { checked } = memoryOf(memory, spec.name).files;
  if (checked?.digest !== spec.files.digest) {
    const because = 'its files are checked before they are put in place';
    return unlessFailing({ do: 'check', component: spec.name, spec, because }, memory, now);
  }
  return checked.refused === null ? null : refused(spec, checked.refused);
}

/** Whether a container can be made with the files that were last good. */
export function canBeKept({ name, files }: ComponentSpec, { observed }: PlanInput): boolean {
  const takenUp = observed.files.get(name);
  return takenUp != null && files.live.every(({ target }) => takenUp.has(target));
}

export function isRefused(step: Step): step is Stuck {
  return step !== null && 'state' in step && step.state === 'refused';
}

/** All of them where one was taken away: nobody knows any more how that was to be told. */
export function owed({ files: { live } }: ComponentSpec, takenUp: TakenUp | null): readonly LiveFile[] {
  const targets = new Set(live.map(({ target }) => target));
  if (takenUp === null || [...takenUp.keys()].some((target) => !targets.has(target))) return live;
  return live.filter(({ target, digest }) => takenUp.get(target) !== digest);
}

export function isCheck(step: Step): step is Extract<Action, { do: 'check' }> {
  return step !== null && 'do' in step && step.do === 'check';
}

function refused({ name }: ComponentSpec, words: string): Stuck {
  const remedy = 'what is in place stays; mend them, or ask again with POST /v1/reconcile';
  return { component: name, state: 'refused', because: `its files are refused: ${words}: ${remedy}` };
}
