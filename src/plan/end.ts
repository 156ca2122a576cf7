/** How a component's container ended, and whether that is the end of it: starting it again is no help, or not wanted. */
import type { ComponentSpec } from '../desired/desired.js';
import type { Stuck } from './action.js';
import type { OwnContainer } from './observed.js';
import { exitInWords } from './step.js';

/** `done`: a clean end where only failures are restarted. `final`: an exit code after which only an operator helps. */
export type End = 'done' | 'final';

/** Null: it runs, never ran, or ended in a way that it is started again from. */
export function endOf({ restart }: ComponentSpec, { state, detail }: OwnContainer): End | null {
  if (state !== 'exited' || detail === null || detail.exitCode === null) return null;
  const { exitCode: code, oomKilled } = detail;
  if (restart.finalExits.includes(code)) return 'final';
  const clean = !oomKilled && (code === 0 || restart.cleanExits.includes(code));
  return restart.policy === 'on-failure' && clean ? 'done' : null;
}

/** Its work is done, as this very definition asks for it: as good as running. */
export function isDone(spec: ComponentSpec, container: OwnContainer): boolean {
  return container.digest === spec.digest && endOf(spec, container) === 'done';
}

export function finished(current: OwnContainer): Stuck {
  const { component, name } = current;
  const remedy = `mend the cause (docker logs ${name}), then docker rm ${name} to have it made anew`;
  return { component, state: 'finished', because: `${ended(current)}, which is final: ${remedy}` };
}

/** How a container that does not run came to be so. */
export function ended({ state, detail }: OwnContainer): string {
  if (state === 'created' || detail === null || detail.exitCode === null) return 'it is not running';
  return `it ended with ${exitInWords({ code: detail.exitCode, oomKilled: detail.oomKilled })}`;
}
