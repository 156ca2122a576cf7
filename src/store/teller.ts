/** Tells readings to the one who follows, none twice in a row. */

import type { Reading, Snapshot } from './store.js';

export class Teller {
  readonly #tell: (reading: Reading) => void;
  #last: Reading | undefined;
  #closed = false;

  constructor(tell: (reading: Reading) => void) {
    this.#tell = tell;
  }

  tell(reading: Reading): void {
    if (this.#closed) return;
    const last = this.#last;
    // Also of a reading that is not told: a revision that goes back is seen against the newest.
    this.#last = reading;
    if (last !== undefined && isSameReading(last, reading)) return;
    // Apart from the caller, so that what the listener throws is the listener's failure and not the store's.
    queueMicrotask(() => {
      if (!this.#closed) this.#tell(reading);
    });
  }

  close(): void {
    this.#closed = true;
  }
}

/** That the revision moves on does not count: it also does with keys of other nodes, and a file's with its comments. */
function isSameReading(one: Reading, other: Reading): boolean {
  if (!one.ok || !other.ok) return !one.ok && !other.ok && one.why === other.why;
  return (
    isSameStore(one.snapshot, other.snapshot) &&
    isSameContent(one.snapshot, other.snapshot) &&
    String(one.snapshot.shared) === String(other.snapshot.shared) &&
    isSameRefusal(one.snapshot, other.snapshot)
  );
}

/** A store that went back in time, or was swapped, may have the same entries, and has to be judged. */
function isSameStore(before: Snapshot, now: Snapshot): boolean {
  if (before.clusterId !== now.clusterId) return false;
  return now.clusterId === null || BigInt(now.revision) >= BigInt(before.revision);
}

function isSameRefusal({ refused: one = [] }: Snapshot, { refused: other = [] }: Snapshot): boolean {
  return (
    one.length === other.length &&
    one.every(({ prefix, why }, at) => other[at]?.prefix === prefix && other[at]?.why === why)
  );
}

function isSameContent(one: Snapshot, other: Snapshot): boolean {
  if (one.entries.size !== other.entries.size) return false;
  for (const [key, value] of one.entries) {
    const counterpart = other.entries.get(key);
    if (counterpart === undefined || Buffer.compare(value, counterpart) !== 0) return false;
  }
  return true;
}
