/** Sizes as people write them: `512k`, `64m`, `2g`, in steps of 1024. */

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes, or undefined for anything but one whole number with its unit that a number holds exactly. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([kmg])$/.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const bytes = Number(digits) * (UNITS[unit] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
