/**
 * What the loop remembers between passes: failures and when to try again. Data in, data out. Nothing here is needed
 * to be right after a crash: losing it costs at most the backoff counters. Times are milliseconds of the loop's
 * monotonic clock.
 */
import type { Desired, RestartPolicy } from '../desired/desired.js';
import { inForceOf } from '../desired/in-force.js';
import type { FaultRetry } from '../engine/engine.js';
import type { Action, Verb } from './action.js';
import { restartDelay, retryDelay } from './backoff.js';
import { type FileMemory, NO_FILES, rememberCheck } from './file-memory.js';
import { NO_PULLS, type PullLimits, type PullMemory, rememberPull } from './pull-memory.js';
import type { Standing } from './standing.js';

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
  /** The definition under which a live probe restarted it, until it has told that it is well; or null. */
  readonly restartedUnder: string | null;
  /** Since when it is ready or not; null: nothing is known. */
  readonly standing: Standing | null;
  /** The container that took a stopped predecessor's place, and since when; null: it has none. */
  readonly successor: { readonly id: string; readonly since: number } | null;
  /** A container that did not work when it was retired: nothing to go back to. */
  readonly broken: string | null;
  readonly files: FileMemory;
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

export const FRESH: ComponentMemory = {
  digest: null,
  wantedSince: 0,
  crashes: 0,
  startAt: 0,
  restarts: 0,
  lastExit: null,
  countedExit: null,
  failed: {},
  restartedAt: null,
  restartedUnder: null,
  standing: null,
  successor: null,
  broken: null,
  files: NO_FILES,
};

export function memoryOf(memory: Memory, component: string): ComponentMemory {
  return memory.components.get(component) ?? FRESH;
}

/** The restart policy in force for a component. */
export function restartPolicyOf(desired: Desired, component: string): RestartPolicy {
  return inForceOf(desired, component)?.restart ?? DEFAULT_RESTART;
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
  if (action.do === 'check') return { ...after, files: rememberCheck(before.files, action.spec, null) };
  // What is new, and what comes back, has its first try at once.
  if (action.do === 'create' || action.do === 'rename') return { ...after, crashes: 0, startAt: 0 };
  if (action.do === 'mark' && action.state === 'ready') return { ...after, restartedUnder: null };
  if (action.do === 'retire') return { ...after, broken: action.worked ? null : action.id };
  if (action.do === 'restart') {
    const policy = restartPolicyOf(at.desired, action.component);
    const longAgo = before.restartedAt === null || at.now - before.restartedAt >= policy.reset;
    const crashes = longAgo ? 1 : before.crashes + 1;
    const startAt = at.now + restartDelay(crashes + 1, policy, at.jitter);
    const restartedUnder = inForceOf(at.desired, action.component)?.definition ?? null;
    const restarted = { restarts: before.restarts + 1, restartedAt: at.now, restartedUnder };
    return { ...after, crashes, startAt, ...restarted };
  }
  if (action.do === 'start' && before.crashes > 0) return { ...after, restarts: before.restarts + 1 };
  return after;
}

function failed(
  before: ComponentMemory,
  outcome: Extract<Outcome, { ok: false }>,
  at: { now: number; jitter: number },
): ComponentMemory {
  const { action } = outcome;
  // Its program has spoken: only other files, or somebody who asks, make it speak again.
  if (action.do === 'check' && outcome.retry === 'never')
    return { ...before, files: rememberCheck(before.files, action.spec, outcome.message) };
  const verb = action.do;
  const failures = (before.failed[verb]?.failures ?? 0) + 1;
  const nextAt = at.now + Math.max(waitAfter(outcome.retry, failures, at.jitter), outcome.retryAfter ?? 0);
  const container = 'id' in action ? action.id : null;
  const entry = { container, message: outcome.message, failures, nextAt };
  return { ...before, failed: { ...before.failed, [verb]: entry } };
}

/** What may be tried again at once is so once: a second time in a row it waits like the rest. */
function waitAfter(retry: FaultRetry, failures: number, jitter: number): number {
  if (retry === 'never') return ACTION_RETRY.max;
  if (retry === 'later') return retryDelay(failures, ACTION_RETRY, jitter);
  return failures === 1 ? 0 : retryDelay(failures - 1, ACTION_RETRY, jitter);
}
