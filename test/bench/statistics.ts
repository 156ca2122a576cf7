/** The arithmetic of the bench: what many rounds say in a few numbers. Pure. */

export interface Summary {
  readonly median: number;
  /** A quarter of the values is below the one, a quarter above the other. */
  readonly quartiles: readonly [number, number];
}

/** Throws where there are no values. */
export function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), quartiles: [quantile(values, 0.25), quantile(values, 0.75)] };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values it is drawn in a straight line, so that the median of two is their mean. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new Error('there are no values');
  return below + (above - below) * (at - Math.floor(at));
}
