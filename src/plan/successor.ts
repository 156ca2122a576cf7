/**
 * What stands between now and the creation of a container: its image is not here, an attempt has just failed, or its
 * files are not known to be good.
 */
import type { ComponentSpec } from '../desired/desired.js';
import type { Action, Stuck, Waiting } from './action.js';
import { checkObstacle } from './check.js';
import { memoryOf } from './memory.js';
import type { PlanInput } from './plan.js';
import { spreadDelay } from './spread.js';

export interface Need {
  /** Why the image is pulled where it is not on the node. */
  readonly because: string;
  /** Whether a container of the component runs meanwhile. */
  readonly serves: boolean;
}

/** What is to be done or waited for before a container can be created; null: nothing. */
export function successorObstacle(
  spec: ComponentSpec,
  input: PlanInput,
  { because, serves }: Need,
): Action | Waiting | Stuck | null {
  const { image } = spec.shape;
  const here = input.observed.images.get(image);
  if (here === undefined) {
    return wait(spec, null, `it is not known whether ${image} is on the node`);
  }
  if (!here) return pull(spec, input, { because, serves });
  if (mustAsk(spec, input, serves)) {
    return pull(spec, input, { because: 'it has pull: always, and a container is to be created', serves });
  }
  return createFailing(spec, input) ?? checkObstacle(spec, input);
}

/**
 * Whether an image that is on the node is asked for anew first. While nothing serves, a registry that does not answer
 * is no reason to stay down; one that says no is.
 */
function mustAsk(
  { name, pull, digest, shape }: ComponentSpec,
  { memory }: PlanInput,
  serves: boolean,
): boolean {
  if (pull !== 'always' || memory.pulls.asked.get(name) === digest) return false;
  const failed = memory.pulls.failed.get(shape.image);
  return failed === undefined || failed.refused || serves;
}

/** The wait after a failed create, while it lasts. */
function createFailing({ name }: ComponentSpec, { memory, now }: PlanInput): Waiting | null {
  const failed = memoryOf(memory, name).failed.create;
  if (failed === undefined || now >= failed.nextAt) return null;
  return {
    component: name,
    waits: 'backoff',
    until: failed.nextAt,
    because: `create failed: ${failed.message}`,
  };
}

export function pull(spec: ComponentSpec, input: PlanInput, { because, serves }: Need): Action | Waiting {
  const { memory, now } = input;
  const { image } = spec.shape;
  const failed = memory.pulls.failed.get(image);
  if (failed !== undefined && now < failed.nextAt) {
    const onceChanged =
      ' (tried again when its definition or the credentials change, or on POST /v1/reconcile)';
    return wait(spec, failed.nextAt, `${failed.message}${failed.refused ? onceChanged : ''}`);
  }
  const turn = memoryOf(memory, spec.name).wantedSince + spreadDelay(image, input.pullSpread);
  // What is down is never held up, and a failure has its own wait.
  if (serves && failed === undefined && now < turn) {
    const because = `the nodes pull ${image} one after the other, and this one's turn comes`;
    return { component: spec.name, waits: null, until: turn, because };
  }
  return { do: 'pull', component: spec.name, image, because };
}

function wait({ name }: ComponentSpec, until: number | null, because: string): Waiting {
  return { component: name, waits: 'pull', until, because };
}
