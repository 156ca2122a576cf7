/**
 * Since when a component is as it is, by the loop's own clock: what works and what does not is not told by one answer
 * of a probe. Pure.
 */
import type { Verdict } from '../probe/probe.js';
import type { OwnContainer } from './observed.js';

export interface Standing {
  /** The container and its start. */
  readonly run: string;
  readonly ready: boolean;
  /** Milliseconds of the loop's clock. */
  readonly since: number;
}

/** What was ready a moment ago may be so again in the next: a leader is being elected. Milliseconds. */
const GRACE = 60_000;

/** What has been ready for so long can be relied upon: the contract's 10 s. Milliseconds. */
const SETTLED_AFTER = 10_000;

export function standingOf(before: Standing | null, verdict: Verdict, now: number): Standing {
  const run = `${verdict.containerId} ${verdict.startedAt}`;
  const ready = verdict.health === 'ready';
  return before?.run === run && before.ready === ready ? before : { run, ready, since: now };
}

/** Has a process, frozen or not. */
export function isRunning({ state }: Pick<OwnContainer, 'state'>): boolean {
  return state === 'running' || state === 'restarting' || state === 'paused';
}

/** Whether a container works, as far as is known: of those that run, what can't be told does. */
export function works(
  container: OwnContainer,
  {
    verdict,
    standing,
    now,
  }: { readonly verdict: Verdict | undefined; readonly standing: Standing | null; readonly now: number },
): boolean {
  if (!isRunning(container)) return false;
  if (verdict?.containerId !== container.id || verdict.health === 'unknown') return true;
  if (verdict.health === 'ready') return true;
  return verdict.wasReady && (standing === null || now - standing.since < GRACE);
}

/** When a container will have been ready for long enough; null: it is not ready. */
export function settledAt(
  container: OwnContainer,
  { verdict, standing }: { readonly verdict: Verdict | undefined; readonly standing: Standing | null },
  hasLiveProbe: boolean,
): number | null {
  if (verdict?.containerId !== container.id || verdict.health !== 'ready' || standing === null) return null;
  // In its start period a live probe that never passes does not count, and must not make others follow.
  if (hasLiveProbe && verdict.live !== true) return null;
  return standing.since + SETTLED_AFTER;
}
