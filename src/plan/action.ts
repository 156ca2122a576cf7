/** What can be done next for a component: one repeatable step, with its reason. */
import type { ComponentSpec } from '../desired/desired.js';
import type { RollState, SlotName, Wish } from './disruption.js';

/** What a component waits for, as the report names it. */
export type WaitsFor = 'dependency' | 'slot' | 'backoff' | 'pull' | 'ensemble';

interface Step {
  readonly component: string;
  /** One clause for people: why this is done now. */
  readonly because: string;
  /** What it asks of the other nodes, to be read up for it. Default: nothing. */
  readonly wish?: Wish;
}

export type Action =
  | (Step & { readonly do: 'pull'; readonly image: string })
  | (Step & {
      readonly do: 'create';
      readonly spec: ComponentSpec;
      readonly name: string;
      /** Files that change under the container stay as they were when they were last good. */
      readonly kept?: true;
    })
  /** Has files checked by their own program. */
  | (Step & { readonly do: 'check'; readonly spec: ComponentSpec })
  /** Puts files in place under a running container, and makes it take them up: by these signals, or by a restart. */
  | (Step & {
      readonly do: 'reload';
      readonly id: string;
      readonly spec: ComponentSpec;
      readonly by: readonly string[] | 'restart';
    })
  /** `spec` null: its files stay as they are. */
  | (Step & { readonly do: 'start'; readonly id: string; readonly spec: ComponentSpec | null })
  | (Step & { readonly do: 'restart'; readonly id: string; readonly timeout: number | null })
  | (Step & { readonly do: 'unpause' | 'remove'; readonly id: string })
  | (Step & { readonly do: 'stop'; readonly id: string; readonly timeout: number | null })
  /** `retire` marks on the engine that a container is to go; `rename` gives a stray its fixed name back. */
  | (Step & {
      readonly do: 'retire';
      readonly id: string;
      readonly name: string;
      /** Whether it worked till then: only that is gone back to. */
      readonly worked: boolean;
    })
  | (Step & { readonly do: 'rename'; readonly id: string; readonly name: string })
  /** Takes a slot of a group in the store; `why` is for those who wait for it. */
  | (Step & { readonly do: 'claim'; readonly slot: SlotName; readonly why: string })
  | (Step & { readonly do: 'giveUp'; readonly slots: readonly SlotName[] })
  /** Tells the other nodes how a definition goes here. */
  | (Step & { readonly do: 'mark'; readonly definition: string; readonly state: RollState });

export type Verb = Action['do'];

/** Nothing is done now for a component, and why; `until` in milliseconds of the loop's clock, null: until something changes. */
export interface Waiting {
  readonly component: string;
  /** Null: for its time alone; nothing has failed, and nothing else is needed. */
  readonly waits: WaitsFor | null;
  readonly until: number | null;
  readonly because: string;
  /** Nothing goes on without a new definition or an operator. Default false. */
  readonly halted?: boolean;
  readonly wish?: Wish;
  /** Looked at again then, though what it waits for is not time: milliseconds of the loop's clock. */
  readonly later?: number;
}

/** An operator is needed. */
export interface Stuck {
  readonly component: string;
  /** `refused`: its own program refuses the files that are wanted; what runs is as good as it was. */
  readonly state: 'blocked' | 'finished' | 'refused';
  readonly because: string;
}

export interface Plan {
  /** At most one per component, sorted by component. */
  readonly actions: readonly Action[];
  readonly waiting: readonly Waiting[];
  readonly stuck: readonly Stuck[];
  /** What is asked of the other nodes. */
  readonly wishes: readonly Wish[];
  /** When to look again though nothing waits visibly: milliseconds of the loop's clock, or null. */
  readonly lookAgainAt: number | null;
}

export const EMPTY_PLAN: Plan = { actions: [], waiting: [], stuck: [], wishes: [], lookAgainAt: null };
