/** Why a component is not as it should be, in a line that tells what to do. Pure. */
import type { Desired } from '../desired/desired.js';
import type { Waiting } from '../plan/action.js';
import { ofComponent } from '../plan/of-component.js';
import { exitInWords } from '../plan/step.js';
import type { ReportInput } from './input.js';
import type { ComponentReport } from './report.js';

/** Running as wanted, and to be relied upon; or ended as it should, with its work done. */
export function ready({ state, health, current }: ComponentReport): boolean {
  return (state === 'running' || state === 'exited') && health === 'ready' && current;
}

/** Something fails, is blocked or refused: beyond work that is simply under way. */
export function failing(
  { name, state, health, doing, wanted }: ComponentReport,
  { memory, plan }: Pick<ReportInput, 'memory' | 'plan'>,
): boolean {
  if (state === 'invalid' || state === 'blocked' || state === 'finished' || health === 'failing') return true;
  if (doing?.waits === 'backoff') return true;
  if (ofComponent(plan.waiting, name).some(({ halted }) => halted === true)) return true;
  return (doing?.waits === 'pull' || doing?.what === 'pull') && memory.pulls.failed.has(wanted?.image ?? '');
}

/** Whether a component waits for its ensemble, and time alone will not bring it. */
export function needsOperator(desired: Desired): boolean {
  if (!desired.known) return false;
  return [...desired.components.values()].some(
    (wanted) => !wanted.ok && wanted.waits !== undefined && wanted.waits.needs !== 'members',
  );
}

/** Null when there is nothing to say. `refusals`: why what it is to be made of is not known. */
export function componentReason(component: ComponentReport, refusals: readonly string[]): string | null {
  if (ready(component) && component.doing === null) return null;
  const { name, state, health, doing, lastExit, output } = component;
  const next = doing?.until ? `, ${doing.waits === null ? '' : 'next try '}at ${doing.until}` : '';
  if (state === 'invalid') return `${name}: its definition is refused: ${refusals.join('; ')}`;
  if (component.wanted === null && !component.current && refusals.length === 0)
    return `${name}: not wanted here, still ${state}${doing?.what === 'wait' ? `, ${waitInWords(doing)}` : ''}`;
  if (state === 'blocked' || state === 'finished') return `${name}: ${state}: ${doing?.because ?? ''}`;
  if (health === 'failing') return `${name}: its live probe fails: ${output}${next}`;
  if (doing) {
    const words = doing.what === 'wait' ? waitInWords(doing) : `${doing.what}: ${doing.because}`;
    return `${name}: ${words}${next}`;
  }
  if (state !== 'running') {
    return `${name}: ${state}${lastExit ? ` after ${exitInWords(lastExit)}` : ''}`;
  }
  if (health === 'ready') return `${name}: runs as it was, not yet as it is wanted now`;
  return `${name}: running, not ready yet${output === '' ? '' : `: ${output}`}`;
}

/** Components that are gone, and on whose account something is still waited for. */
export function goneReasons(
  { waiting }: ReportInput['plan'],
  components: readonly ComponentReport[],
): readonly string[] {
  const told = new Set(components.map(({ name }) => name));
  return waiting
    .filter(({ component }) => !told.has(component))
    .map((each) => `${each.component}: ${waitInWords(each)}`);
}

function waitInWords({ waits, because }: Pick<Waiting, 'waits' | 'because'>): string {
  return `waits${waits === null ? '' : ` for ${waits}`}: ${because}`;
}
