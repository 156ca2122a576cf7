/** What the loop does, told as it does it: to the log, as events, and counted. Decides nothing. */
import type { Logger } from 'pino';
import type { AgentMetrics } from '../metrics/agent-metrics.js';
import type { Action } from '../plan/action.js';
import type { Memory } from '../plan/memory.js';
import { actionBegun, actionEnded, containerEnded, type Outcome } from '../report/event.js';
import type { EventRing } from '../report/event-ring.js';
import type { Clock } from './clock.js';
import { messageOf, subjectOf } from './outcome.js';

export interface JournalOptions {
  readonly log: Logger;
  readonly events: Pick<EventRing, 'add'>;
  readonly metrics: Pick<AgentMetrics, 'passed' | 'acted'>;
  readonly clock: Pick<Clock, 'now'>;
}

export class Journal {
  readonly #options: JournalOptions;
  /** Milliseconds of the clock; an action is one object from its plan to its end. */
  readonly #begun = new WeakMap<Action, number>();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Measures one pass. */
  async pass<Result>(run: () => Promise<Result>): Promise<Result> {
    const { clock, metrics } = this.#options;
    const began = clock.now();
    try {
      return await run();
    } finally {
      metrics.passed(clock.now() - began);
    }
  }

  /** What has ended since the look before. */
  noticed(before: Memory, after: Memory): void {
    for (const [component, { lastExit }] of after.components) {
      if (lastExit === null || before.components.get(component)?.lastExit === lastExit) continue;
      this.#options.events.add(containerEnded(component, lastExit));
    }
  }

  begun(action: Action): void {
    const { log, events, clock } = this.#options;
    const { component, because } = action;
    log.info({ component, do: action.do, because, ...subjectOf(action) }, 'action');
    events.add(actionBegun(action));
    this.#begun.set(action, clock.now());
  }

  /** `error` null: it went well. */
  ended(action: Action, error: unknown): void {
    const problem = error === null ? null : messageOf(error);
    if (problem !== null) {
      this.#options.log.warn({ component: action.component, do: action.do, problem }, 'action failed');
    }
    this.#end(action, problem === null ? 'done' : 'failed', problem);
  }

  /** Nobody wants it any more. */
  calledOff(action: Action): void {
    this.#end(action, 'called off', null);
  }

  #end(action: Action, outcome: Outcome, problem: string | null): void {
    const { events, metrics, clock } = this.#options;
    const now = clock.now();
    events.add(actionEnded(action, outcome, problem));
    const { component } = action;
    metrics.acted({ component, action: action.do, outcome }, now - (this.#begun.get(action) ?? now));
  }
}
