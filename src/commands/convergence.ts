/** How far one convergence has come, by the report. Pure. */
import { NO_ENGINE } from '../loop/state.js';
import { ready } from '../report/reason.js';
import type { ComponentReport, Report } from '../report/report.js';

/** `failed`: time alone will not help. */
export type Convergence = 'under way' | 'settled' | 'failed';

export function convergenceOf(report: Report): Convergence {
  const { status, store, engine, hold, paused, components } = report;
  if (status === 'unassigned' || hold !== null) return 'failed';
  if (engine.version === null && engine.problem !== null)
    return engine.problem === NO_ENGINE.problem ? 'under way' : 'failed';
  if (!engine.reachable) return 'under way';
  const left = components.filter((component) => !isGood(component));
  if (left.some(({ doing }) => doing !== null && doing.what !== 'wait')) return 'under way';
  if (!store.reachable)
    return left.every((component) => isHeldUp(component, status)) ? 'failed' : 'under way';
  // What was last known is no answer to what is wanted now.
  if (store.from === null || store.from === 'disk') return 'under way';
  if (left.length > 0)
    return left.every((component) => isHeldUp(component, status) || isPaused(component, paused))
      ? 'failed'
      : 'under way';
  // All runs, and something that was written is refused nevertheless.
  return status === 'degraded' ? 'failed' : 'settled';
}

/** One that is not wanted here and still there is not. */
function isGood(component: ComponentReport): boolean {
  return ready(component) && component.doing === null;
}

/** An operator is needed, for this one or for one that it starts after. */
function isHeldUp({ state, doing }: ComponentReport, status: Report['status']): boolean {
  if (state === 'blocked' || state === 'invalid' || state === 'finished') return true;
  if (doing?.waits === 'dependency') return true;
  // Files that are refused. One that is still starting waits in the same way, and degrades nothing.
  const forGood = doing?.what === 'wait' && doing.waits === null && doing.until === null;
  // Members that are still to come are no reason to give up.
  return (forGood || doing?.waits === 'ensemble') && status === 'degraded';
}

/** While the node is paused nothing is created, replaced or removed; what ends is started, unless all is paused. */
function isPaused({ state, current }: ComponentReport, paused: Report['paused']): boolean {
  return paused !== false && (state === 'missing' || !current || (paused === 'all' && state !== 'running'));
}
