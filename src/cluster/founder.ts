/**
 * Writes the first ensembles, and those whose key has gone, by creating what is absent: whoever is first wins, and nobody
 * changes what is there. What can't be written is told, and tried again.
 */
import type { Logger } from 'pino';
import type { Problem } from '../desired/desired.js';
import { type Ensemble, ensembleText } from '../desired/ensemble.js';
import { ENSEMBLES } from '../desired/members.js';
import { type Store, StoreError } from '../store/store.js';

/** After a write that failed; milliseconds. */
const AGAIN = 15_000;

export interface FounderOptions {
  readonly store: Pick<Store, 'create'>;
  readonly log: Logger;
}

export class Founder {
  readonly #options: FounderOptions;
  #due: ReadonlyMap<string, Ensemble> = new Map();
  readonly #failed = new Map<string, string>();
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FounderOptions) {
    this.#options = options;
  }

  /** By component; takes the place of what was due before. Empty while the store is not followed. */
  found(due: ReadonlyMap<string, Ensemble>): void {
    if (this.#closed) return;
    this.#due = due;
    for (const component of this.#failed.keys()) if (!due.has(component)) this.#failed.delete(component);
    this.#begin();
  }

  problems(): readonly Problem[] {
    return [...this.#failed].map(([component, message]) => ({ place: ENSEMBLES + component, message }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#disarm();
    await this.#working;
  }

  #begin(): void {
    if (this.#working !== null || this.#due.size === 0) return;
    this.#disarm();
    this.#working = this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** One after the other; what is due may be something else by then. */
  async #work(): Promise<void> {
    const tried = new Set<string>();
    for (;;) {
      const next = [...this.#due].find(([component]) => !tried.has(component));
      if (next === undefined || this.#closed) break;
      tried.add(next[0]);
      await this.#create(...next);
    }
    if (this.#failed.size > 0 && !this.#closed) this.#timer = setTimeout(() => this.#begin(), AGAIN);
  }

  async #create(component: string, ensemble: Ensemble): Promise<void> {
    const { store, log } = this.#options;
    try {
      const { done, now } = await store.create(ENSEMBLES + component, ensembleText(ensemble));
      this.#failed.delete(component);
      const members = now === null ? null : new TextDecoder().decode(now.value);
      if (done) log.info({ component, members }, 'ensemble written');
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (this.#failed.get(component) !== error.message)
        log.warn({ component, problem: error.message }, 'ensemble not written');
      this.#failed.set(component, error.message);
    }
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
