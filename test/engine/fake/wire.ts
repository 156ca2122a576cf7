/**
 * The way between agents and the fake engine: where calls are late, lost or refused, and events dropped, delayed or
 * swallowed. All agents that are connected to one engine share it.
 */
import type { EngineEvent } from '../../../src/engine/engine.js';
import type { FakeDaemon } from './daemon.js';
import { type FakeVerb, Mishaps } from './mishaps.js';
import type { Timers } from './timers.js';

/** A subscription to events. */
export interface Listener {
  onEvent(event: EngineEvent): void;
  /** It broke off: the listener subscribes anew by itself. */
  onCut(): void;
}

export class Wire {
  readonly mishaps = new Mishaps();
  /** Milliseconds that a call takes by itself. */
  latency: (verb: FakeVerb) => number = () => 0;
  /** Milliseconds that an event is late. */
  eventDelay = 0;
  /** The stream of events stands, and nothing comes. */
  blackHole = false;
  readonly #timers: Timers;
  readonly #listeners = new Set<Listener>();
  #drops = 0;
  #reachable = true;

  constructor(daemon: FakeDaemon, timers: Timers) {
    this.#timers = timers;
    daemon.listen((event) => this.#pass(event));
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  /** The engine goes away, or comes back. */
  set reachable(reachable: boolean) {
    this.#reachable = reachable;
    if (!reachable) this.cutEvents();
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The next so many events reach nobody. */
  dropEvents(count: number): void {
    this.#drops += count;
  }

  /** Every subscription breaks off. */
  cutEvents(): void {
    const cut = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of cut) listener.onCut();
  }

  #pass(event: EngineEvent): void {
    if (this.blackHole || !this.#reachable) return;
    if (this.#drops > 0) {
      this.#drops -= 1;
      return;
    }
    for (const listener of this.#listeners) {
      this.#timers.after(this.eventDelay, () => {
        if (this.#listeners.has(listener)) listener.onEvent(event);
      });
    }
  }
}
