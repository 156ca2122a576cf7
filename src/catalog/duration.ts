/** Durations as people write them: `500ms`, `30s`, `5m`, `1h`. */

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Milliseconds, or undefined for anything but one whole number with its unit, up to 999,999,999 of them. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const size = UNITS.find(([name]) => name === unit)?.[1];
  return size === undefined ? undefined : Number(digits) * size;
}

/** The shortest exact text for whole milliseconds. */
export function formatDuration(value: number): string {
  const [unit, size] = UNITS.find(([, each]) => value !== 0 && value % each === 0) ?? (['ms', 1] as const);
  return `${value / size}${unit}`;
}
