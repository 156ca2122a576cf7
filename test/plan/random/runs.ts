/** How many stories are told: a few by default, as many as you like with `KATOD_TEST_RUNS`; `KATOD_TEST_SEED` repeats. */
import type fc from 'fast-check';

/** `usual` runs, times `KATOD_TEST_RUNS` (default 1). A failure prints its seed and path. */
export function runs(usual: number): fc.Parameters<unknown> {
  const { KATOD_TEST_RUNS: times = '1', KATOD_TEST_SEED: seed } = process.env;
  return { numRuns: Math.ceil(usual * Number(times)), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
