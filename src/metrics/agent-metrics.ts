/** All that the agent counts and measures, and the text of a scrape. */
import { Fault } from '../engine/engine.js';
import type { EventKind, Outcome } from '../report/event.js';
import { type Family, textOf } from './family.js';
import { Counter, Histogram } from './instruments.js';
import type { CallEnded } from './measured.js';

/** Upper bounds in seconds: of calls that should answer at once, of actions, of pulls. */
const CALL = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ACTION = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const PULL = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

/** What was counted for a component that is gone is told for so long, so that a scrape still sees its end; ms. */
const KEPT = 600_000;
/** And of so many of them at most. */
const MOST_KEPT = 1_000;

export class AgentMetrics {
  readonly #passes = new Histogram(
    { name: 'katod_pass_duration_seconds', help: 'Time of a pass of the loop' },
    CALL,
  );
  readonly #actions = new Counter({
    name: 'katod_actions_total',
    help: 'Actions that have ended',
    labels: ['component', 'action', 'outcome'],
  });
  readonly #actionTimes = new Histogram(
    { name: 'katod_action_duration_seconds', help: 'Time of an action, pulls aside', labels: ['action'] },
    ACTION,
  );
  readonly #engineCalls = new Histogram(
    { name: 'katod_engine_call_duration_seconds', help: 'Time of a call to the engine', labels: ['call'] },
    CALL,
  );
  readonly #engineFaults = new Counter({
    name: 'katod_engine_call_failures_total',
    help: 'Calls to the engine that failed, by kind of fault',
    labels: ['call', 'kind'],
  });
  readonly #storeCalls = new Histogram(
    { name: 'katod_store_call_duration_seconds', help: 'Time of a call to the store', labels: ['call'] },
    CALL,
  );
  readonly #storeFaults = new Counter({
    name: 'katod_store_call_failures_total',
    help: 'Calls to the store that failed',
    labels: ['call'],
  });
  readonly #pulls = new Histogram(
    { name: 'katod_pull_duration_seconds', help: 'Time of a pull that succeeded' },
    PULL,
  );
  readonly #pullsFailed = new Counter({
    name: 'katod_pull_failures_total',
    help: 'Pulls that failed or were called off',
  });
  readonly #events = new Counter({ name: 'katod_events_total', help: 'Events told', labels: ['kind'] });
  /** Component that is gone to when that was noticed. */
  readonly #gone = new Map<string, number>();

  /** Milliseconds. */
  passed(duration: number): void {
    this.#passes.observe({}, duration / 1000);
  }

  /** `duration` in milliseconds. */
  acted(
    { component, action, outcome }: { component: string; action: string; outcome: Outcome },
    duration: number,
  ): void {
    this.#actions.add({ component, action, outcome: outcome.replace(' ', '_') });
    if (action !== 'pull') this.#actionTimes.observe({ action }, duration / 1000);
  }

  readonly engineCalled: CallEnded = (call, milliseconds, error) => {
    this.#engineCalls.observe({ call }, milliseconds / 1000);
    if (error !== null)
      this.#engineFaults.add({ call, kind: error instanceof Fault ? error.kind : 'failed' });
    if (call !== 'pull') return;
    if (error === null) this.#pulls.observe({}, milliseconds / 1000);
    else this.#pullsFailed.add({});
  };

  readonly storeCalled: CallEnded = (call, milliseconds, error) => {
    this.#storeCalls.observe({ call }, milliseconds / 1000);
    if (error !== null) this.#storeFaults.add({ call });
  };

  readonly told = (kind: EventKind): void => this.#events.add({ kind });

  /** The components that there are: what was counted for others is forgotten after a while. `now` in milliseconds. */
  present(components: ReadonlySet<string>, now: number): void {
    for (const component of this.#actions.valuesOf('component')) {
      if (components.has(component)) this.#gone.delete(component);
      else if (!this.#gone.has(component)) this.#gone.set(component, now);
    }
    // The longest gone comes first.
    const gone = [...this.#gone];
    const forgotten = gone.filter(
      ([, since], index) => now - since >= KEPT || index < gone.length - MOST_KEPT,
    );
    for (const [component] of forgotten) this.#gone.delete(component);
    if (forgotten.length > 0)
      this.#actions.forget('component', new Set(forgotten.map(([component]) => component)));
  }

  /** Prometheus' text format, with what the scrape has found besides. */
  text(found: readonly Family[]): string {
    const counted = [
      this.#passes,
      this.#actions,
      this.#actionTimes,
      this.#engineCalls,
      this.#engineFaults,
      this.#storeCalls,
      this.#storeFaults,
      this.#pulls,
      this.#pullsFailed,
      this.#events,
    ];
    return textOf([...found, ...counted.map((instrument) => instrument.family())]);
  }
}
