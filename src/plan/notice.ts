/** What is remembered after a look at the engine: exits are counted, and what stands how is dated. Data in, data out. */
import type { Desired } from '../desired/desired.js';
import { specInForce } from '../desired/in-force.js';
import type { Verdict } from '../probe/probe.js';
import { restartDelay } from './backoff.js';
import { noticeFiles } from './file-memory.js';
import { type ComponentMemory, FRESH, type Memory, memoryOf, restartPolicyOf } from './memory.js';
import type { OwnContainer } from './observed.js';
import { noticePulls } from './pull-memory.js';
import { standingOf } from './standing.js';

/**
 * Takes in what a look at the engine shows: a new wanted digest starts the counts afresh, an exit not yet counted
 * counts once. A run of `reset` or longer before the exit makes it the first of its row.
 */
export function notice(
  memory: Memory,
  seen: {
    desired: Desired;
    /** The container of each component that counts: what is retired ends because we end it. */
    current: readonly OwnContainer[];
    verdicts: ReadonlyMap<string, Verdict>;
    /** Components whose container has only predecessors beside it that do not run. */
    succeeding: ReadonlySet<string>;
    /** Mark of the registries' credentials. */
    credentials: string;
    now: number;
    jitter: number;
  },
): Memory {
  const components = new Map(memory.components);
  const changed = new Set<string>();
  if (seen.desired.known) {
    for (const [name, wanted] of seen.desired.components) {
      const before = memoryOf(memory, name);
      const spec = specInForce(wanted);
      const digest = spec?.digest ?? before.digest;
      const files = spec === null ? before.files : noticeFiles(before.files, spec, seen.now);
      if (digest !== before.digest) {
        const afresh = { crashes: 0, startAt: 0, failed: {}, files };
        changed.add(name);
        components.set(name, { ...before, digest, wantedSince: seen.now, ...afresh });
      } else if (files !== before.files) {
        const { check: _check, reload: _reload, ...failed } = before.failed;
        components.set(name, { ...before, failed, files });
      }
    }
  }
  for (const container of seen.current) {
    const before = components.get(container.component) ?? FRESH;
    const after = standsNow(countExit(before, container, seen), container, seen);
    if (after !== before) components.set(container.component, after);
  }
  return { components, pulls: noticePulls(memory.pulls, { ...seen, changed }) };
}

function standsNow(
  before: ComponentMemory,
  { id, component, state }: OwnContainer,
  {
    verdicts,
    succeeding,
    now,
  }: { verdicts: ReadonlyMap<string, Verdict>; succeeding: ReadonlySet<string>; now: number },
): ComponentMemory {
  const verdict = verdicts.get(component);
  const standing = verdict === undefined ? before.standing : standingOf(before.standing, verdict, now);
  const since = before.successor?.id === id ? before.successor : { id, since: now };
  // One that still waits for its turn to start has not failed at anything.
  const tried = state !== 'created' || before.failed.start !== undefined;
  const successor = succeeding.has(component) && tried ? since : null;
  if (standing === before.standing && successor === before.successor) return before;
  return { ...before, standing, successor };
}

/** What ended while the engine was away did not crash: the next start is at once, and the next exit is the first. */
export function forgiveCrashes(memory: Memory): Memory {
  const components = new Map(
    [...memory.components].map(
      ([name, it]) => [name, { ...it, crashes: 0, startAt: 0, failed: {} }] as const,
    ),
  );
  return { ...memory, components };
}

function countExit(
  before: ComponentMemory,
  { id, component, state, detail }: OwnContainer,
  seen: { desired: Desired; now: number; jitter: number },
): ComponentMemory {
  if (state !== 'exited' || !detail?.finishedAt || detail.exitCode === null) return before;
  const exit = `${id} ${detail.finishedAt}`;
  if (exit === before.countedExit) return before;
  const policy = restartPolicyOf(seen.desired, component);
  const crashes = ranFor(detail.startedAt, detail.finishedAt) >= policy.reset ? 1 : before.crashes + 1;
  return {
    ...before,
    crashes,
    startAt: seen.now + restartDelay(crashes, policy, seen.jitter),
    countedExit: exit,
    lastExit: { code: detail.exitCode, at: detail.finishedAt, oomKilled: detail.oomKilled },
  };
}

/** Milliseconds between two stamps of the engine's own clock; 0 where the clock was set back in between. */
function ranFor(startedAt: string | null, finishedAt: string): number {
  const length = Date.parse(finishedAt) - Date.parse(startedAt ?? finishedAt);
  return Number.isFinite(length) && length > 0 ? length : 0;
}
