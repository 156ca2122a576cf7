/** A plan as text for people and for the tests: one line per component, the same input gives the same text. */
import type { Action, Plan } from './action.js';
import { slotKey } from './disruption.js';

/** Lines such as `zookeeper: create (it has no container)`; empty when there is nothing to do. */
export function printPlan(plan: Plan): readonly string[] {
  const lines = [
    ...plan.actions.map((action) => `${action.component}: ${actionInWords(action)} (${action.because})`),
    ...plan.waiting.map(
      (wait) => `${wait.component}: wait${wait.waits === null ? '' : ` for ${wait.waits}`} (${wait.because})`,
    ),
    ...plan.stuck.map((stuck) => `${stuck.component}: ${stuck.state} (${stuck.because})`),
  ];
  return lines.sort();
}

/** `create katod-web`, `start 3f2a…`: what is done to what. */
export function actionInWords(action: Action): string {
  switch (action.do) {
    case 'pull':
      return `pull ${action.image}`;
    case 'create':
      return `create ${action.name}`;
    case 'check':
      return 'check its files';
    case 'reload':
      return `reload ${action.id.slice(0, 12)}${meansInWords(action.by)}`;
    case 'retire':
    case 'rename':
      return `${action.do} ${action.id.slice(0, 12)} to ${action.name}`;
    case 'claim':
      return `claim slot ${slotKey(action.slot)}`;
    case 'giveUp':
      return `give up slot ${action.slots.map(slotKey).join(', ')}`;
    case 'mark':
      return `tell that definition ${action.definition.slice(0, 12)} is ${action.state}`;
    case 'start':
    case 'stop':
    case 'restart':
    case 'remove':
    case 'unpause':
      return `${action.do} ${action.id.slice(0, 12)}`;
  }
}

/** ` with SIGHUP`, ` by a restart`; nothing where it finds out by itself. */
function meansInWords(by: readonly string[] | 'restart'): string {
  if (by === 'restart') return ' by a restart';
  return by.length === 0 ? '' : ` with ${by.join(' and ')}`;
}
