/**
 * What an inspect told about each container, kept until an event or the list says otherwise: a settled node is not
 * inspected at all. A container whose inspect hangs holds nobody up: its detail is null until the answer comes.
 */
import type { ContainerDetail, Engine, ListedContainer } from '../engine/engine.js';
import { isRunning } from '../plan/standing.js';
import { within } from './within.js';

/** A look waits so long for an inspect, in milliseconds; one that takes longer pokes the loop when it answers. */
const PATIENCE = 500;
/** After an inspect that failed; milliseconds. */
const AGAIN = 1_000;

export class Details {
  readonly #engine: Pick<Engine, 'inspect'>;
  readonly #onLate: () => void;
  readonly #known = new Map<string, ContainerDetail>();
  /** Known, but something has happened since. */
  readonly #stale = new Set<string>();
  readonly #asked = new Map<string, Promise<ContainerDetail | null>>();

  constructor(engine: Pick<Engine, 'inspect'>, onLate: () => void) {
    this.#engine = engine;
    this.#onLate = onLate;
  }

  /**
   * Null while it is not known: the inspect hangs, or the container has just gone. What is known of a container that
   * still runs is better than nothing while the engine is slow: a slow engine must not make it unknown.
   */
  async of(container: ListedContainer): Promise<ContainerDetail | null> {
    if (container.state === 'created' || container.state === 'removing') return null;
    const known = this.#known.get(container.id);
    const fits = known !== undefined && isRunning(known) === isRunning(container);
    if (known && fits && !this.#stale.has(container.id)) return known;
    const asked = this.#asked.get(container.id) ?? this.#ask(container.id);
    return (await within(PATIENCE, asked)) ?? (known && fits && isRunning(known) ? known : null);
  }

  /** Something happened to it. */
  forget(id: string): void {
    this.#stale.add(id);
  }

  forgetAll(): void {
    for (const id of this.#known.keys()) this.#stale.add(id);
  }

  /** Drops what is known of containers that are gone. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    for (const id of this.#stale) if (!ids.has(id)) this.#stale.delete(id);
  }

  #ask(id: string): Promise<ContainerDetail | null> {
    const begun = performance.now();
    this.#stale.delete(id);
    const asked = this.#engine
      .inspect(id)
      .then(
        (detail) => {
          this.#known.set(id, detail);
          return detail;
        },
        () => {
          this.#stale.add(id);
          setTimeout(this.#onLate, AGAIN).unref();
          return null;
        },
      )
      .finally(() => {
        this.#asked.delete(id);
        if (performance.now() - begun > PATIENCE) this.#onLate();
      });
    this.#asked.set(id, asked);
    return asked;
  }
}
