/** What can be done next for a component: one repeatable step, with its reason. */
import type { ComponentSpec } from '../desired/desired.js';

/** What a component waits for, as the report names it. */
export type WaitsFor = 'dependency' | 'slot' | 'backoff' | 'pull' | 'ensemble';

interface Step {
  readonly component: string;
  /** One clause for people: why this is done now. */
  readonly because: string;
}

export type Action =
  | (Step & { readonly do: 'pull'; readonly image: string })
  | (Step & { readonly do: 'create'; readonly spec: ComponentSpec; readonly name: string })
  | (Step & { readonly do: 'start'; readonly id: string; readonly spec: ComponentSpec | null })
  | (Step & { readonly do: 'restart'; readonly id: string; readonly timeout: number | null })
  | (Step & { readonly do: 'unpause' | 'remove'; readonly id: string })
  | (Step & { readonly do: 'stop'; readonly id: string; readonly timeout: number | null })
  /** `retire` marks on the engine that a container is to go; `rename` gives a stray its fixed name back. */
  | (Step & { readonly do: 'retire' | 'rename'; readonly id: string; readonly name: string });

export type Verb = Action['do'];

/** Nothing is done now for a component, and why; `until` in milliseconds of the loop's clock, null: until something changes. */
export interface Waiting {
  readonly component: string;
  /** Null: for its time alone; nothing has failed, and nothing else is needed. */
  readonly waits: WaitsFor | null;
  readonly until: number | null;
  readonly because: string;
}

/** Somebody else's container, process or definition is in the way: an operator is needed. */
export interface Stuck {
  readonly component: string;
  readonly state: 'blocked' | 'finished';
  readonly because: string;
}

export interface Plan {
  /** At most one per component, sorted by component. */
  readonly actions: readonly Action[];
  readonly waiting: readonly Waiting[];
  readonly stuck: readonly Stuck[];
}
