/** Asks for another look some time after events, since the first one may have come too early. */

/**
 * The engine's list lags behind its events: a paused container is still listed as running when its event comes
 * (seen on 20.10, by a few milliseconds). So an event asks for a look now, and for another one this much later.
 */
const LIST_LAG = 250;

export class SecondLook {
  readonly #look: (containers: ReadonlySet<string>) => void;
  #containers = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  /** `look` is told which containers had events: what was seen of them meanwhile may be old. */
  constructor(look: (containers: ReadonlySet<string>) => void) {
    this.#look = look;
  }

  after(container: string): void {
    this.#containers.add(container);
    this.#timer ??= setTimeout(() => {
      const containers = this.#containers;
      this.#containers = new Set();
      this.#timer = null;
      this.#look(containers);
    }, LIST_LAG);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
