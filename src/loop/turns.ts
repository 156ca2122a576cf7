/**
 * Runs one job at a time, again and again: on a poke, and when a time has come. Pokes carry no meaning; those that
 * come while a turn runs fold into one more turn.
 */
import type { Clock } from './clock.js';

/** The longest time between the begin of two turns beyond which the loop counts as stuck, in milliseconds. */
const STUCK_AFTER = 60_000;

export class Turns {
  readonly #job: () => Promise<number>;
  readonly #clock: Clock;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #dueAt: number;

  /** `job` must not reject; it answers with the milliseconds until the next turn is due without a poke. */
  constructor(job: () => Promise<number>, clock: Clock) {
    this.#job = job;
    this.#clock = clock;
    this.#dueAt = clock.now();
  }

  poke(): void {
    if (this.#closed) return;
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#begin();
  }

  /** False when a turn hangs, or one that was due never came. */
  alive(): boolean {
    return this.#clock.now() - this.#dueAt < STUCK_AFTER;
  }

  /** Lets a turn under way end; no further one begins. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#clearTimer();
    await this.#running;
  }

  #begin(): void {
    this.#clearTimer();
    this.#again = false;
    this.#dueAt = this.#clock.now();
    this.#running = this.#job().then((wait) => this.#end(wait));
  }

  #end(wait: number): void {
    this.#running = null;
    if (this.#closed) return;
    if (this.#again) {
      this.#begin();
      return;
    }
    this.#dueAt = this.#clock.now() + wait;
    this.#timer = setTimeout(() => this.poke(), wait);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
