/** Time and chance as the loop sees them, so that tests can hold both in their hands. */
export interface Clock {
  /** Monotonic milliseconds: all waits and deadlines go by it, so a clock that is set harms nothing. */
  now(): number;
  /** For stamps that people read, and nothing else. */
  date(): Date;
  /** In [0, 1): spreads retries. */
  jitter(): number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  jitter: () => Math.random(),
};
