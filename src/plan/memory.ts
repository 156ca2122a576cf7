/**
 * What the loop remembers between passes: failures and when to try again. Data in, data out. Nothing here is needed
 * to be right after a crash: losing it costs at most the backoff counters. Times are milliseconds of the loop's
 * monotonic clock.
 */
import type { Desired, RestartPolicy } from '../desired/desired.js';
import { inForceOf, specInForce } from '../desired/in-force.js';
import type { FaultRetry } from '../engine/engine.js';
import type { Action, Verb } from './action.js';
import { restartDelay, retryDelay } from './backoff.js';
import type { OwnContainer } from './observed.js';
import { NO_PULLS, noticePulls, type PullLimits, type PullMemory, rememberPull } from './pull-memory.js';

/** An action that failed: the same verb waits until `nextAt`. */
export interface FailedAction {
  /** The container it was done to, or null. */
  readonly container: string | null;
  readonly message: string;
  readonly failures: number;
  readonly nextAt: number;
}

export interface LastExit {
  readonly code: number;
  /** ISO 8601, by the engine's clock. */
  readonly at: string;
  readonly oomKilled: boolean;
}

export interface ComponentMemory {
  /** Digest that the counts are about: another one starts afresh. */
  readonly digest: string | null;
  /** When that digest was seen to be wanted. */
  readonly wantedSince: number;
  /** Exits and failed live probes in a row, since its container was made. */
  readonly crashes: number;
  /** No start before this. */
  readonly startAt: number;
  /** Starts after an exit, and restarts, since this agent began. */
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  /** Container and end of the exit that was counted last. */
  readonly countedExit: string | null;
  /** By verb, so that two that fail in turn can't hide each other's waits. */
  readonly failed: Readonly<Partial<Record<Verb, FailedAction>>>;
  /** When a live probe last restarted it, or null. */
  readonly restartedAt: number | null;
}

export interface Memory {
  readonly components: ReadonlyMap<string, ComponentMemory>;
  readonly pulls: PullMemory;
}

/** How an action ended. */
export type Outcome =
  | { readonly action: Action; readonly ok: true }
  | {
      readonly action: Action;
      readonly ok: false;
      readonly message: string;
      readonly retry: FaultRetry;
      readonly retryAfter: number | null;
    };

/** Waits for actions that are not starts; a refused request is tried again at the longest wait at once. */
const ACTION_RETRY = { min: 1_000, max: 60_000 };

/** For a component whose definition is not known or refused. */
export const DEFAULT_RESTART: RestartPolicy = {
  policy: 'always',
  min: 1_000,
  max: 60_000,
  reset: 600_000,
  cleanExits: [],
  finalExits: [],
};

export const NOTHING_REMEMBERED: Memory = { components: new Map(), pulls: NO_PULLS };

const FRESH: ComponentMemory = {
  digest: null,
  wantedSince: 0,
  crashes: 0,
  startAt: 0,
  restarts: 0,
  lastExit: null,
  countedExit: null,
  failed: {},
  restartedAt: null,
};

export function memoryOf(memory: Memory, component: string): ComponentMemory {
  return memory.components.get(component) ?? FRESH;
}

/** The restart policy in force for a component. */
function restartPolicyOf(desired: Desired, component: string): RestartPolicy {
  return inForceOf(desired, component)?.restart ?? DEFAULT_RESTART;
}

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
      const digest = specInForce(wanted)?.digest ?? before.digest;
      if (digest !== before.digest) {
        const afresh = { crashes: 0, startAt: 0, failed: {} };
        changed.add(name);
        components.set(name, { ...before, digest, wantedSince: seen.now, ...afresh });
      }
    }
  }
  for (const container of seen.current) {
    const before = components.get(container.component) ?? FRESH;
    const after = countExit(before, container, seen);
    if (after !== before) components.set(container.component, after);
  }
  return { components, pulls: noticePulls(memory.pulls, { ...seen, changed }) };
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

/** Takes in how an action ended. */
export function remember(
  memory: Memory,
  outcome: Outcome,
  at: {
    desired: Desired;
    pullLimits: PullLimits;
    /** Mark of the registries' credentials when the action began. */
    credentials: string;
    now: number;
    jitter: number;
  },
): Memory {
  const { action } = outcome;
  if (action.do === 'pull') {
    return { ...memory, pulls: rememberPull(memory.pulls, action.image, outcome, at) };
  }
  const before = memoryOf(memory, action.component);
  const components = new Map(memory.components);
  components.set(action.component, outcome.ok ? succeeded(before, action, at) : failed(before, outcome, at));
  return { ...memory, components };
}

function succeeded(
  before: ComponentMemory,
  action: Action,
  at: { desired: Desired; now: number; jitter: number },
): ComponentMemory {
  const { [action.do]: _mended, ...failed } = before.failed;
  const after = { ...before, failed };
  if (action.do === 'create') return { ...after, crashes: 0, startAt: 0 };
  if (action.do === 'restart') {
    const policy = restartPolicyOf(at.desired, action.component);
    const longAgo = before.restartedAt === null || at.now - before.restartedAt >= policy.reset;
    const crashes = longAgo ? 1 : before.crashes + 1;
    const startAt = at.now + restartDelay(crashes + 1, policy, at.jitter);
    return { ...after, crashes, startAt, restarts: before.restarts + 1, restartedAt: at.now };
  }
  if (action.do === 'start' && before.crashes > 0) return { ...after, restarts: before.restarts + 1 };
  return after;
}

function failed(
  before: ComponentMemory,
  outcome: Extract<Outcome, { ok: false }>,
  at: { now: number; jitter: number },
): ComponentMemory {
  const verb = outcome.action.do;
  const failures = (before.failed[verb]?.failures ?? 0) + 1;
  const nextAt = at.now + Math.max(waitAfter(outcome.retry, failures, at.jitter), outcome.retryAfter ?? 0);
  const container = 'id' in outcome.action ? outcome.action.id : null;
  const entry = { container, message: outcome.message, failures, nextAt };
  return { ...before, failed: { ...before.failed, [verb]: entry } };
}

/** What may be tried again at once is so once: a second time in a row it waits like the rest. */
function waitAfter(retry: FaultRetry, failures: number, jitter: number): number {
  if (retry === 'never') return ACTION_RETRY.max;
  if (retry === 'later') return retryDelay(failures, ACTION_RETRY, jitter);
  return failures === 1 ? 0 : retryDelay(failures - 1, ACTION_RETRY, jitter);
}
