/** Waits for a condition, or sees that one lasts: the only ways the tests wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

type Falsy = undefined | null | false | 0 | '';

/** Milliseconds between two looks for what is to come: a tenth of the time waited so far, within these bounds. */
const SHORTEST_INTERVAL = 25;
const LONGEST_INTERVAL = 250;
/** And for what is to stay. */
const LASTING_INTERVAL = 200;

/**
 * Asks `condition` again and again until its answer is truthy, and returns that answer: often at first, and four times a
 * second in the end, since looks of many tests side by side hold up what they wait for. A condition that throws counts as
 * not yet true. After `within` milliseconds it rejects with `what` and the last answer or error.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { within }: { readonly within: number },
): Promise<Exclude<T, Falsy>> {
  const began = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await inTime(condition, began + within - performance.now());
      if (answer) return answer as Exclude<T, Falsy>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() - began >= within) {
      throw new Error(`not within ${within} ms: ${what}; last seen: ${shown(last)}`, { cause: last });
    }
    const waited = performance.now() - began;
    await delay(Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, waited / 10)));
  }
}

/**
 * For what is to stay as it is while a fault lasts: looks again and again until `time` milliseconds have passed.
 * Rejects with the first look that did.
 */
export async function throughout(time: number, look: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + time;
  do {
    await look();
    await delay(LASTING_INTERVAL);
  } while (performance.now() < end);
}

/** A condition that hangs must not hang the test: the call itself has what is left of the time, at least a second. */
async function inTime<T>(condition: () => T | Promise<T>, left: number): Promise<T> {
  const asked = Promise.resolve(condition());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the condition itself did not answer')), Math.max(left, 1000));
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function shown(value: unknown): string {
  return value instanceof Error ? value.message : inspect(value, { depth: 5, breakLength: 120 });
}
