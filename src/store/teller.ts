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
    if (this.#closed || (this.#last !== undefined && isSameReading(this.#last, reading))) return;
    this.#last = reading;
    // Apart from the caller, so that what the listener throws is the listener's failure and not the store's.
    queueMicrotask(() => {
      if (!this.#closed) this.#tell(reading);
    });
  }

  close(): void {
    this.#closed = true;
  }
}

/** The revision does not count: it also moves with keys of other nodes, and a file's with its comments. */
function isSameReading(one: Reading, other: Reading): boolean {
  if (!one.ok || !other.ok) return !one.ok && !other.ok && one.why === other.why;
  return isSameContent(one.snapshot, other.snapshot);
}

function isSameContent(one: Snapshot, other: Snapshot): boolean {
  if (one.entries.size !== other.entries.size) return false;
  for (const [key, value] of one.entries) {
    const counterpart = other.entries.get(key);
    if (counterpart === undefined || Buffer.compare(value, counterpart) !== 0) return false;
  }
  return true;
}
