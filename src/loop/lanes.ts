/** A lane per component: one action at a time in each, and none waits for another's. */
import type { EngineEvent } from '../engine/engine.js';
import type { Action } from '../plan/action.js';
import { carryOut, type Hands } from './carry-out.js';

export type LaneAction = Exclude<Action, { do: 'pull' }>;

export class Lanes {
  readonly #hands: Hands;
  readonly #running = new Map<string, { readonly action: LaneAction; readonly done: Promise<void> }>();

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  /** Components at work. */
  busy(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** Whether an action under way may well be what made this event. */
  causes({ id, action: happened }: EngineEvent): boolean {
    return [...this.#running.values()].some(({ action }) =>
      action.do === 'create' || action.do === 'check'
        ? happened === 'create'
        : 'id' in action && action.id === id,
    );
  }

  /** By component. */
  actions(): ReadonlyMap<string, Action> {
    return new Map([...this.#running].map(([component, { action }]) => [component, action]));
  }

  /** The component's lane must be free. `onEnd` is called once, when it is free again: with the error, or null. */
  begin(action: LaneAction, onEnd: (error: unknown) => void): void {
    const end = (error: unknown) => {
      this.#running.delete(action.component);
      onEnd(error);
    };
    const done = carryOut(action, this.#hands).then(() => end(null), end);
    this.#running.set(action.component, { action, done });
  }

  /** Resolves when all that is under way has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }
}
