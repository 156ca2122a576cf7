/**
 * What is remembered of pulls: which images could not be had and when they are asked for again, and for which
 * components an image has been asked for anew. Data in, data out; times are milliseconds of the loop's clock.
 */
import type { ComponentSpec, Desired } from '../desired/desired.js';
import { specInForce } from '../desired/in-force.js';
import type { FaultRetry } from '../engine/engine.js';
import { retryDelay } from './backoff.js';
import type { OwnContainer } from './observed.js';

export interface FailedPull {
  readonly message: string;
  readonly failures: number;
  readonly nextAt: number;
  /** The registry, or the reference itself, says no: trying again changes nothing by itself. */
  readonly refused: boolean;
  /** Mark of the credentials in force when the pull began. */
  readonly credentials: string;
}

export interface PullMemory {
  /** By image reference. */
  readonly failed: ReadonlyMap<string, FailedPull>;
  /** Component to the digest for which its image has been asked for anew; until that container is there. */
  readonly asked: ReadonlyMap<string, string>;
}

export interface PullLimits {
  /** First wait after a failed pull, doubling up to `max`; milliseconds. */
  readonly min: number;
  readonly max: number;
  /** Wait after a pull that was refused. */
  readonly recheck: number;
}

/** How a pull ended. */
export type PullOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly message: string;
      readonly retry: FaultRetry;
      readonly retryAfter: number | null;
    };

export const NO_PULLS: PullMemory = { failed: new Map(), asked: new Map() };

/**
 * Takes in a look. A failure is forgotten when no container waits for its image any more, when the definition
 * changed, and, if it was refused, when the credentials changed; that an image was asked for, when its container is there.
 */
export function noticePulls(
  { failed, asked }: PullMemory,
  seen: {
    readonly desired: Desired;
    readonly current: readonly OwnContainer[];
    readonly credentials: string;
    /** Components whose definition is another than at the look before. */
    readonly changed: ReadonlySet<string>;
  },
): PullMemory {
  const { desired, current, credentials, changed } = seen;
  if (!desired.known || (failed.size === 0 && asked.size === 0)) return { failed, asked };
  const specs = specsOf(desired);
  const there = new Map(current.map(({ component, digest }) => [component, digest]));
  const missing = specs.filter(({ name, digest }) => there.get(name) !== digest);
  const images = new Set(missing.map(({ shape }) => shape.image));
  const anew = new Set(missing.filter(({ name }) => changed.has(name)).map(({ shape }) => shape.image));
  const digests = new Map(missing.map(({ name, digest }) => [name, digest]));
  return {
    failed: new Map(
      [...failed].filter(
        ([image, pull]) =>
          images.has(image) && !anew.has(image) && !(pull.refused && pull.credentials !== credentials),
      ),
    ),
    asked: new Map([...asked].filter(([name, digest]) => digests.get(name) === digest)),
  };
}

function specsOf(desired: Desired): readonly ComponentSpec[] {
  if (!desired.known) return [];
  return [...desired.components.values()].flatMap((wanted) => specInForce(wanted) ?? []);
}

/** Takes in how the pull of an image ended, for all who want it. */
export function rememberPull(
  { failed, asked }: PullMemory,
  image: string,
  outcome: PullOutcome,
  at: {
    readonly desired: Desired;
    readonly pullLimits: PullLimits;
    readonly credentials: string;
    readonly now: number;
    readonly jitter: number;
  },
): PullMemory {
  const pulls = new Map(failed);
  if (outcome.ok) {
    pulls.delete(image);
    const served = specsOf(at.desired)
      .filter(({ shape }) => shape.image === image)
      .map(({ name, digest }) => [name, digest] as const);
    return { failed: pulls, asked: new Map([...asked, ...served]) };
  }
  const { message, retryAfter } = outcome;
  const { recheck } = at.pullLimits;
  const refused = outcome.retry === 'never';
  const failures = (failed.get(image)?.failures ?? 0) + 1;
  const wait = refused
    ? retryDelay(1, { min: recheck, max: recheck }, at.jitter)
    : retryDelay(failures, at.pullLimits, at.jitter);
  const nextAt = at.now + Math.max(wait, retryAfter ?? 0);
  pulls.set(image, { message, failures, nextAt, refused, credentials: at.credentials });
  return { failed: pulls, asked };
}

/** An operator asks: whatever failed may be tried again now. */
export function forgetFailures({ asked }: PullMemory): PullMemory {
  return { failed: new Map(), asked };
}
