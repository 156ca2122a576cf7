/**
 * The plan where it is not known what is wanted: what runs keeps running, what ended is started again, and nothing
 * is created, replaced or removed. "Could not tell" is never "nothing wanted".
 */
import type { ComponentSpec } from '../desired/desired.js';
import { ended, endOf, finished } from './end.js';
import { ensembleIdObstacle } from './ensemble-id.js';
import type { OwnContainer } from './observed.js';
import type { PlanInput } from './plan.js';
import { sortOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { unreadyBefore, waitFor } from './start.js';
import { type Step, unlessCrashing } from './step.js';

export interface KeepInput {
  readonly component: string;
  readonly own: readonly OwnContainer[];
  /** Null: not known; then all that ended is started. */
  readonly spec: ComponentSpec | null;
  readonly input: Pick<PlanInput, 'desired' | 'memory' | 'observed' | 'prefix' | 'now'>;
  /** Why it is not known. */
  readonly because: string;
}

export function keep({ component, own, spec, input, because }: KeepInput): Step {
  const { current } = sortOut(own, input.prefix, component);
  if (current === null || (current.state !== 'exited' && current.state !== 'created')) return null;
  if (own.some(isRunning)) return null;
  if (current.state === 'exited' && current.detail === null) return null;
  const end = spec && endOf(spec, current);
  if (end) return end === 'final' ? finished(current) : null;
  // One that has run before is not held up: what it starts after may be gone, and is not made here.
  const missing = spec && current.state === 'created' ? unreadyBefore(spec, input) : [];
  if (spec && missing.length > 0) return waitFor(spec, missing);
  const obstacle = spec && ensembleIdObstacle(spec, current, input);
  if (obstacle) return obstacle;
  const action = {
    do: 'start' as const,
    component,
    id: current.id,
    spec: null,
    because: `${ended(current)}, and is kept as it was: ${because}`,
  };
  return unlessCrashing(action, input.memory, input.now);
}
