/** How the engine stands, by its events and by looks at it; what changes is logged. */
import type { Logger } from 'pino';
import type { EngineVersion } from '../engine/engine.js';
import { type EngineState, NO_ENGINE } from './state.js';

export class EngineStanding {
  readonly #log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  #state: EngineState = NO_ENGINE;
  #returned = false;

  constructor(log: Pick<Logger, 'debug' | 'info' | 'warn'>) {
    this.#log = log;
  }

  state(): EngineState {
    return this.#state;
  }

  /** Its events are followed, from now or anew. */
  connected(version: EngineVersion): void {
    if (this.#state.reachable || this.#state.version === null)
      this.#log.debug({ engine: version }, 'engine connected');
    else this.#log.info({ engine: version }, 'engine is back');
    this.#state = { reachable: true, version, problem: null };
    this.#returned = true;
  }

  /** Its events are followed no more. */
  lost(problem: string): void {
    if (this.#state.reachable) this.#log.warn({ problem }, 'engine lost');
    this.#away(problem);
  }

  lookFailed(problem: string): void {
    if (this.#state.problem !== problem) this.#log.warn({ problem }, 'look failed');
    this.#away(problem);
  }

  /** A look came through. True for the first one after it was away: what ended meanwhile did not crash. */
  looked(): boolean {
    if (!this.#state.reachable && this.#state.version !== null)
      this.#state = { ...this.#state, reachable: true, problem: null };
    const returned = this.#returned;
    this.#returned = false;
    return returned;
  }

  #away(problem: string): void {
    this.#state = { ...this.#state, reachable: false, problem };
  }
}
