/**
 * Time in a test's hands: nothing waits, the next timer is always now. The timers of the agent's process die with it;
 * those of the world around it (`after`) do not.
 */
import { setImmediate as realImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/loop/clock.js';
import type { Timers } from '../engine/fake/timers.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly job: () => void;
  readonly ofProcess: boolean;
}

/** The wall clock at the begin: any time after Go's zero would do. */
const BEGIN = Date.parse('2026-01-01T00:00:00Z');

export class VirtualTime implements Timers {
  /** Work that no timer tells of, such as files being written: time stands still until there is none. */
  #pending = 0;
  #onNothingPending = () => {};
  #now = 0;
  #made = 0;
  readonly #timers = new Map<object, Timer>();

  /** Milliseconds since the begin. */
  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(BEGIN + this.#now);
  }

  after(milliseconds: number, job: () => void): void {
    this.#add(milliseconds, job, false);
  }

  /** The clock of an agent in this time. */
  clock(jitter: () => number = () => 0): Clock {
    return { now: () => this.now(), date: () => this.date(), jitter };
  }

  /** Runs `work` with the global timers replaced by these. */
  async rule<T>(work: () => Promise<T>): Promise<T> {
    const { setTimeout, clearTimeout } = globalThis;
    const replaced = (job: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) =>
      this.#add(milliseconds, () => job(...args), true);
    Object.assign(globalThis, {
      setTimeout: replaced,
      clearTimeout: (handle: object) => this.#timers.delete(handle),
    });
    try {
      return await work();
    } finally {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    }
  }

  /** The agent's process is killed: what it has set itself to do is not done. */
  killProcess(): void {
    for (const [handle, timer] of this.#timers) if (timer.ofProcess) this.#timers.delete(handle);
  }

  /** Counts work that has begun, until it ends. */
  async count<T>(work: Promise<T>): Promise<T> {
    this.#pending += 1;
    try {
      return await work;
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) this.#onNothingPending();
    }
  }

  /**
   * Lets time go on, from timer to timer, until the condition holds when all is still. False when it does not within
   * so many milliseconds, which are over then.
   */
  async until(condition: () => boolean, milliseconds: number): Promise<boolean> {
    const end = this.#now + milliseconds;
    for (;;) {
      await this.#still();
      if (condition()) return true;
      const next = this.#next();
      if (next === null || next[1].at > end) {
        this.#now = end;
        return false;
      }
      const [handle, { at, job }] = next;
      this.#timers.delete(handle);
      this.#now = Math.max(this.#now, at);
      job();
    }
  }

  async pass(milliseconds: number): Promise<void> {
    await this.until(() => false, milliseconds);
  }

  /** Until nothing happens any more without time going on. */
  async #still(): Promise<void> {
    await realImmediate();
    while (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#onNothingPending = resolve;
      });
      await realImmediate();
    }
  }

  #next(): readonly [object, Timer] | null {
    let next: readonly [object, Timer] | null = null;
    for (const entry of this.#timers) {
      const sooner = next === null || entry[1].at < next[1].at;
      if (sooner || (entry[1].at === next?.[1].at && entry[1].order < next[1].order)) next = entry;
    }
    return next;
  }

  #add(milliseconds: number, job: () => void, ofProcess: boolean): object {
    const handle = { unref: () => handle, ref: () => handle };
    this.#made += 1;
    this.#timers.set(handle, { at: this.#now + milliseconds, order: this.#made, job, ofProcess });
    return handle;
  }
}
