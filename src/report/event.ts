/** What happens on this node, in words: what is done and how it ended, and how containers end. Pure. */
import type { Action } from '../plan/action.js';
import type { LastExit } from '../plan/memory.js';
import { actionInWords } from '../plan/print.js';
import { exitInWords } from '../plan/step.js';

export type EventKind =
  | 'agent'
  /** Something is begun, and why; `outcome` tells how it ended. */
  | 'action'
  | 'outcome'
  | 'exit'
  | 'health'
  | 'state'
  | 'role'
  | 'store'
  | 'hold'
  | 'engine'
  | 'pause'
  | 'status';

type Detail = string | number | boolean | null | readonly string[];

/** An event before it has its place among the others. */
export interface Happening {
  readonly kind: EventKind;
  readonly component?: string;
  /** A clause for people. */
  readonly message: string;
  /** The same for programs. */
  readonly [detail: string]: Detail | undefined;
}

export type Outcome = 'done' | 'failed' | 'called off';

export function actionBegun(action: Action): Happening {
  const { component, because } = action;
  return {
    kind: 'action',
    ...detailsOf(action),
    component,
    because,
    message: `${actionInWords(action)}: ${because}`,
  };
}

/** `problem` null where it went well. */
export function actionEnded(action: Action, outcome: Outcome, problem: string | null): Happening {
  const { component, because } = action;
  const what = `${actionInWords(action)} ${outcome}`;
  const message = problem === null ? what : `${what}: ${problem}`;
  return { kind: 'outcome', ...detailsOf(action), component, because, outcome, problem, message };
}

export function containerEnded(component: string, exit: LastExit): Happening {
  const { code, oomKilled, at } = exit;
  return { kind: 'exit', component, code, oomKilled, at, message: `ended with ${exitInWords(exit)}` };
}

function detailsOf(action: Action): Readonly<Record<string, string>> {
  const what = { do: action.do };
  if (action.do === 'pull') return { ...what, image: action.image };
  if (action.do === 'create' || action.do === 'check') return { ...what, image: action.spec.shape.image };
  if ('id' in action) return { ...what, container: action.id.slice(0, 12) };
  return what;
}
