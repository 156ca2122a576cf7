/** Keeps what a store tells, and waits for what it is to tell. */

import type { Reading, Snapshot } from '../../src/store/store.js';
import { until } from '../sandbox/until.js';

export interface Recorder {
  readonly tell: (reading: Reading) => void;
  readonly readings: readonly Reading[];
  /** The last reading as text: `key=value` by key, or the reason. */
  last(): Readonly<Record<string, string>> | string | undefined;
  /** Waits until the last reading is this. */
  becomes(expected: Readonly<Record<string, string>> | RegExp, within?: number): Promise<void>;
}

export function record(): Recorder {
  const readings: Reading[] = [];
  const last = () => {
    const reading = readings.at(-1);
    if (reading === undefined) return undefined;
    return reading.ok ? textsOf(reading.snapshot) : reading.why;
  };
  return {
    readings,
    last,
    tell: (reading) => {
      readings.push(reading);
    },
    async becomes(expected, within = 10_000) {
      const wanted = expected instanceof RegExp ? expected : JSON.stringify(sorted(expected));
      await until(
        `the reading is ${wanted}, and not ${readings.length} others`,
        () => matches(last(), wanted),
        {
          within,
        },
      );
    },
  };
}

export function textsOf({ entries }: Snapshot): Readonly<Record<string, string>> {
  return sorted(
    Object.fromEntries([...entries].map(([key, value]) => [key, Buffer.from(value).toString('utf8')])),
  );
}

function matches(told: unknown, wanted: RegExp | string): boolean {
  if (wanted instanceof RegExp) return typeof told === 'string' && wanted.test(told);
  return typeof told === 'object' && JSON.stringify(told) === wanted;
}

function sorted(entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)));
}
