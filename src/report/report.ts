/** The report of `/health`: the contract's section 5, as types. */
import type { ContainerState } from '../engine/engine.js';
import type { WaitsFor } from '../plan/action.js';
import type { LastExit } from '../plan/memory.js';
import type { Health } from '../probe/probe.js';

export type Status = 'healthy' | 'converging' | 'degraded' | 'paused' | 'unassigned';

/** What the engine has, or why nothing can be done: `blocked`, `invalid` and `finished` need an operator. */
export type ComponentState =
  | Extract<ContainerState, 'running' | 'created' | 'exited' | 'paused' | 'dead'>
  | 'missing'
  | 'blocked'
  | 'invalid'
  | 'finished';

export interface Doing {
  readonly what: 'pull' | 'create' | 'start' | 'stop' | 'retire' | 'remove' | 'reload' | 'wait';
  readonly waits: WaitsFor | null;
  /** ISO 8601, or null. */
  readonly until: string | null;
  /** 0 to 1, or null. */
  readonly progress: number | null;
  readonly because: string;
}

/** The last action begun for a component, and why: still there when all is well again. */
export interface LastAction {
  readonly what: Doing['what'];
  readonly because: string;
  readonly at: string;
}

export interface ComponentReport {
  readonly name: string;
  readonly state: ComponentState;
  readonly health: Health;
  /** Null where the component has no leader or it is not known. */
  readonly leader: boolean | null;
  readonly current: boolean;
  readonly container: {
    readonly id: string;
    readonly image: string;
    readonly definition: string;
    readonly startedAt: string | null;
  } | null;
  /** Null where it is not wanted here, or its definition is refused or waits for an ensemble. */
  readonly wanted: { readonly image: string; readonly definition: string } | null;
  readonly doing: Doing | null;
  readonly since: string;
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  readonly lastAction: LastAction | null;
  readonly output: string;
}

/** A disruption slot of the cluster that this node has in use. */
export interface SlotReport {
  /** `GROUP/N`. */
  readonly slot: string;
  readonly component: string;
  readonly since: string;
  readonly why: string;
}

export interface Report {
  readonly status: Status;
  readonly node: string;
  readonly address: string;
  readonly stack: string;
  readonly roles: readonly string[];
  readonly reasons: readonly string[];
  readonly paused: boolean | 'all';
  readonly hold: string | null;
  readonly version: string;
  readonly startedAt: string;
  readonly store: {
    readonly kind: 'etcd' | 'file';
    readonly reachable: boolean;
    readonly from: 'etcd' | 'file' | 'disk' | null;
    readonly revision: string | null;
    readonly problem: string | null;
  };
  readonly engine: {
    readonly reachable: boolean;
    readonly version: string | null;
    readonly api: string | null;
    readonly problem: string | null;
  };
  /** Those that this node holds. */
  readonly slots: readonly SlotReport[];
  readonly components: readonly ComponentReport[];
}
