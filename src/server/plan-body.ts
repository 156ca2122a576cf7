/** The plan as `/v1/plan` shows it: what is done to what and why, without the values that a component is given. */
import type { Action, Plan } from '../plan/action.js';

/** A specification is left out on purpose: its environment and files may hold secrets. */
export interface PlannedAction {
  readonly do: Action['do'];
  readonly component: string;
  readonly because: string;
  /** The container that it is done to, where there is one already. */
  readonly id?: string;
  /** The image that is pulled, or that a container is created from, for good or for a check. */
  readonly image?: string;
  /** The name that a container gets. */
  readonly name?: string;
}

export interface PlanBody extends Pick<Plan, 'waiting' | 'stuck'> {
  readonly actions: readonly PlannedAction[];
  readonly text: string;
}

export function planBody(plan: Plan, text: string): PlanBody {
  return { actions: plan.actions.map(shown), waiting: plan.waiting, stuck: plan.stuck, text };
}

function shown(action: Action): PlannedAction {
  const step = { do: action.do, component: action.component, because: action.because };
  switch (action.do) {
    case 'pull':
      return { ...step, image: action.image };
    case 'create':
      return { ...step, image: action.spec.shape.image, name: action.name };
    case 'check':
      return { ...step, image: action.spec.shape.image };
    case 'retire':
    case 'rename':
      return { ...step, id: action.id, name: action.name };
    case 'claim':
    case 'giveUp':
    case 'mark':
      return step;
    case 'start':
    case 'restart':
    case 'unpause':
    case 'remove':
    case 'stop':
    case 'reload':
      return { ...step, id: action.id };
  }
}
