/** What the report is made of: plain data and one conversion of times. Types only. */
import type { Desired, Problem } from '../desired/desired.js';
import type { EngineVersion } from '../engine/engine.js';
import type { Action, Plan } from '../plan/action.js';
import type { Coordination } from '../plan/disruption.js';
import type { Memory } from '../plan/memory.js';
import type { Observed } from '../plan/observed.js';

export interface ReportInput {
  readonly node: string;
  readonly address: string;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601: the time of this report. */
  readonly now: string;
  readonly prefix: string;
  /** Stack in force where the desired state is not known. */
  readonly stack: string;
  readonly desired: Desired;
  /** Null before the first look at the engine. */
  readonly observed: Observed | null;
  readonly plan: Plan;
  readonly coordination: Coordination;
  readonly memory: Memory;
  readonly lanes: ReadonlyMap<string, Action>;
  readonly lastActions: ReadonlyMap<string, { readonly action: Action; readonly at: Date }>;
  /** Image to its progress, 0 to 1 or null, of the pulls under way. */
  readonly pulls: ReadonlyMap<string, number | null>;
  readonly store: {
    readonly kind: 'etcd' | 'file';
    /** Null: readable. */
    readonly unreadable: string | null;
    /** Null: its answer is followed. */
    readonly hold: string | null;
  };
  readonly engine: {
    readonly reachable: boolean;
    readonly version: EngineVersion | null;
    readonly problem: string | null;
  };
  /** What is wrong with the store's values and the catalog, and in force nevertheless as it was before. */
  readonly problems: readonly Problem[];
  /** Milliseconds of the loop's clock as ISO 8601. */
  readonly stamp: (milliseconds: number) => string;
}
