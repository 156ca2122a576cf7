/** How long to wait before the next try. Pure: the jitter comes in as a number in [0, 1). */

/** The smallest share of a wait that jitter may leave: waits spread over 75 % to 100 % of their nominal length. */
const LEAST_SHARE = 0.75;

/**
 * Milliseconds before retry number `failures` (1 for the first): `min`, doubling up to `max`.
 * The curve is the one kubelet is moving to (1 s to 60 s), with jitter so that hosts do not beat in time.
 */
export function retryDelay(failures: number, limits: { min: number; max: number }, jitter: number): number {
  const nominal = Math.min(limits.max, limits.min * 2 ** Math.min(failures - 1, 30));
  return Math.round(nominal * (LEAST_SHARE + (1 - LEAST_SHARE) * jitter));
}

/** As `retryDelay`, but the first restart is at once: one crash is not a crash loop. */
export function restartDelay(failures: number, limits: { min: number; max: number }, jitter: number): number {
  return failures <= 1 ? 0 : retryDelay(failures - 1, limits, jitter);
}
