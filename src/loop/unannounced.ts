/**
 * Counts the changes of own containers that a list has found and no event had announced: how much the events miss. Of
 * a change that is seen first the event may still be on its way, so it counts only when it has not come for a while.
 */
import type { ContainerState, EngineEvent } from '../engine/engine.js';
import type { OwnContainer } from '../plan/observed.js';

/** An event comes before or after the list that shows its effect, by so much at most; milliseconds. */
const APART = 1_000;

type State = ContainerState | 'gone';

interface Shown {
  readonly component: string;
  readonly state: State;
}

/** What a container is after an event of it. */
const AFTER: Readonly<Record<string, State>> = {
  create: 'created',
  start: 'running',
  unpause: 'running',
  pause: 'paused',
  die: 'exited',
  destroy: 'gone',
};

/** States that pass by themselves, or that no event tells of. */
const UNTOLD: ReadonlySet<State> = new Set(['removing', 'restarting', 'dead']);

/** All times are milliseconds of the loop's clock. */
export class Unannounced {
  /** Container and state to when an event told of it. */
  readonly #told = new Map<string, number>();
  /** Component to when an action of our own on it ended: what that changed needs no event. */
  readonly #acted = new Map<string, number>();
  /** Container and state to when a list showed it without that. */
  readonly #waiting = new Map<string, number>();
  #before: ReadonlyMap<string, Shown> | null = null;
  #lookedAt = 0;
  #count = 0;

  event({ id, action }: Pick<EngineEvent, 'id' | 'action'>, now: number): void {
    const state = AFTER[action];
    if (state === undefined) return;
    const change = `${id} ${state}`;
    this.#told.set(change, now);
    const seen = this.#waiting.get(change);
    if (seen !== undefined && now - seen < APART) this.#waiting.delete(change);
  }

  acted(component: string, now: number): void {
    this.#acted.set(component, now);
  }

  /** A look at the engine that began then; `busy`: components with an action of our own under way. */
  looked(own: readonly OwnContainer[], { began, busy }: { began: number; busy: ReadonlySet<string> }): void {
    const now = new Map(own.map(({ id, component, state }) => [id, { component, state: state as State }]));
    for (const [id, { component, state }] of this.#changes(now)) {
      const change = `${id} ${state}`;
      const known = UNTOLD.has(state) || this.#told.has(change);
      if (!known && !busy.has(component) && !this.#acted.has(component)) this.#waiting.set(change, began);
    }
    this.#before = now;
    // A list may lag behind an event: what was told before this look may be seen by the next one only.
    const old = Math.min(this.#lookedAt, began - APART);
    for (const memory of [this.#told, this.#acted])
      for (const [key, at] of memory) if (at < old) memory.delete(key);
    this.#lookedAt = began;
    this.count(began);
  }

  count(now: number): number {
    for (const [change, at] of this.#waiting) {
      if (now - at < APART) continue;
      this.#waiting.delete(change);
      this.#count += 1;
    }
    return this.#count;
  }

  /** Nothing at the first look: there is nothing to compare it with. */
  #changes(now: ReadonlyMap<string, Shown>): ReadonlyMap<string, Shown> {
    const before = this.#before;
    if (before === null) return new Map();
    const changed = [...now].filter(([id, { state }]) => before.get(id)?.state !== state);
    const gone = [...before].filter(([id]) => !now.has(id));
    return new Map([...changed, ...gone.map(([id, was]) => [id, { ...was, state: 'gone' }] as const)]);
  }
}
