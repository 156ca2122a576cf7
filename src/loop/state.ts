/** What the loop is given, and how it stands. */
import type { Logger } from 'pino';
import type { Desired } from '../desired/desired.js';
import type { Credentials } from '../engine/credentials.js';
import type { Engine, EngineVersion } from '../engine/engine.js';
import type { FileRoom } from '../files/files.js';
import type { Action, Plan } from '../plan/action.js';
import type { Coordination } from '../plan/disruption.js';
import type { Memory } from '../plan/memory.js';
import type { Observed } from '../plan/observed.js';
import type { Prober } from '../probe/probe.js';
import type { Limits } from '../settings/settings.js';
import type { Clock } from './clock.js';
import type { Coordinating } from './coordinating.js';
import type { Journal } from './journal.js';
import type { Ports } from './observe.js';

export interface LoopOptions {
  readonly engine: Engine;
  readonly credentials: Pick<Credentials, 'mark'>;
  readonly prober: Prober;
  readonly files: FileRoom;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly log: Logger;
  readonly node: string;
  readonly address: string;
  readonly prefix: string;
  readonly limits: Limits;
  /** Milliseconds between two looks when nothing happens. */
  readonly resync: number;
  readonly cluster: () => string | null;
  readonly coordinating: Coordinating;
  /** What is wanted at the start. */
  readonly desired: Desired;
  /** Told of what is done. */
  readonly journal: Journal;
  /** Called after each pass, and when the engine is lost. A pass has ended when its answer has come. */
  readonly onTurn: () => Promise<void>;
}

export interface EngineState {
  readonly reachable: boolean;
  readonly version: EngineVersion | null;
  readonly problem: string | null;
}

/** Before its first answer, or the first call that failed. */
export const NO_ENGINE: EngineState = { reachable: false, version: null, problem: 'not connected yet' };

/** The last action begun for a component. */
export interface LastAction {
  readonly action: Action;
  readonly at: Date;
}

/** Everything the report is made of, as it stands. */
export interface LoopState {
  readonly desired: Desired;
  /** Null before the first look. */
  readonly observed: Observed | null;
  readonly plan: Plan;
  readonly coordination: Coordination;
  readonly memory: Memory;
  readonly lanes: ReadonlyMap<string, Action>;
  readonly lastActions: ReadonlyMap<string, LastAction>;
  readonly engine: EngineState;
  /** Changes that a list has found and no event had announced. */
  readonly relistFound: number;
}
