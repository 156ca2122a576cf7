/**
 * Files that change under a running container: swapped in its folder, and then it is made to take them up. What counts
 * is the content that was last taken up.
 */
import type { ComponentSpec, LiveFile } from '../desired/desired.js';
import type { Verdict } from '../probe/probe.js';
import type { Action, Waiting } from './action.js';
import { checkObstacle, owed } from './check.js';
import { GATHERING } from './file-memory.js';
import { memoryOf } from './memory.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { type Step, unlessFailing } from './step.js';
import { pull } from './successor.js';

/** The running container has not taken up all that is wanted: the next step to that end. */
export function takeUp(spec: ComponentSpec, current: OwnContainer, input: PlanInput): Step {
  const { memory, observed, now } = input;
  const component = spec.name;
  if (spec.files.live.length === 0) return null;
  const takenUp = observed.files.get(component);
  if (takenUp === undefined) return wait(component, null, 'it can not be read which files it has taken up');
  const files = owed(spec, takenUp);
  if (files.length === 0) return null;
  if (isStarting(spec, current, observed.verdicts.get(component)))
    return wait(component, null, 'its files have changed, and it is still starting');
  const gathered = memoryOf(memory, component).files.since + GATHERING;
  if (now < gathered)
    return wait(component, gathered, 'its files have changed; changes within a second are one');
  const obstacle = imageObstacle(spec, input) ?? checkObstacle(spec, input);
  if (obstacle) return obstacle;
  const because = `${files.map(({ target }) => target).join(', ')} changed`;
  return unlessFailing(
    { do: 'reload', component, id: current.id, spec, by: means(files), because },
    memory,
    now,
  );
}

/** Before its process has set a handler the kernel drops a signal to it without a word. Without probes time tells. */
function isStarting({ probes }: ComponentSpec, { id }: OwnContainer, verdict: Verdict | undefined): boolean {
  if (verdict?.containerId !== id || verdict.health === 'unknown') return true;
  return probes.live === undefined && probes.ready === undefined && verdict.health === 'alive';
}

/** The strongest of what the changed files need. */
function means(files: readonly LiveFile[]): Extract<Action, { do: 'reload' }>['by'] {
  const changes = files.map(({ onChange }) => onChange);
  if (changes.includes('restart')) return 'restart';
  return [...new Set(changes.flatMap((change) => (typeof change === 'object' ? [change.signal] : [])))];
}

/** A check needs the image, which may have been taken away under the container that runs. */
function imageObstacle(spec: ComponentSpec, input: PlanInput): Step {
  if (spec.files.validate.length === 0 || input.observed.images.get(spec.shape.image) !== false) return null;
  return pull(spec, input, { because: 'its files are to be checked with its image', serves: true });
}

function wait(component: string, until: number | null, because: string): Waiting {
  return { component, waits: null, until, because };
}
