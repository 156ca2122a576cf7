/**
 * Look, plan, do the least, look again. A poke only says *look again*; each component has a lane of its own, so a
 * slow stop or pull of one never holds up another. Effects and no decisions: those are `plan`'s.
 */
import type { Logger } from 'pino';
import type { Desired } from '../desired/desired.js';
import { type Engine, type EngineVersion, Fault } from '../engine/engine.js';
import type { FileRoom } from '../files/files.js';
import type { Action, Plan } from '../plan/action.js';
import {
  forgiveCrashes,
  type Memory,
  NOTHING_REMEMBERED,
  notice,
  type Outcome,
  remember,
} from '../plan/memory.js';
import type { Observed } from '../plan/observed.js';
import { plan } from '../plan/plan.js';
import { sortOut } from '../plan/sort-out.js';
import type { Prober, ProbeTarget } from '../probe/probe.js';
import type { Limits } from '../settings/settings.js';
import { carryOut } from './carry-out.js';
import type { Clock } from './clock.js';
import { Details } from './details.js';
import { observe, type Ports } from './observe.js';
import { Pulls } from './pulls.js';
import { Turns } from './turns.js';

export interface LoopOptions {
  readonly engine: Engine;
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
  /** What is wanted at the start. */
  readonly desired: Desired;
  /** Called after each pass. */
  readonly onTurn: () => void;
}

interface EngineState {
  readonly reachable: boolean;
  readonly version: EngineVersion | null;
  readonly problem: string | null;
}

/** The last action begun for a component. */
interface LastAction {
  readonly action: Action;
  readonly at: Date;
}

/** Everything the report is made of, as it stands. */
export interface LoopState {
  readonly desired: Desired;
  /** Null before the first look. */
  readonly observed: Observed | null;
  readonly plan: Plan;
  readonly memory: Memory;
  readonly lanes: ReadonlyMap<string, Action>;
  readonly lastActions: ReadonlyMap<string, LastAction>;
  readonly engine: EngineState;
}

/** While something is in the way that gives no sign when it goes, look again so often, in milliseconds. */
const LOOK_WHILE_BLOCKED = 2_000;
/** After a look that failed, in milliseconds; the engine's return pokes as well. */
const LOOK_AFTER_FAILURE = 1_000;
/**
 * The engine's list lags behind its events: a paused container is still listed as running when its event comes
 * (seen on 20.10, by a few milliseconds). So an event asks for a look now, and for another one this much later.
 */
const LIST_LAG = 250;
/** A stop of the agent waits so long for calls under way, in milliseconds; the engine goes on with them anyway. */
const CLOSE_PATIENCE = 3_000;
/** Events of the engine that change nothing a plan looks at. */
const IDLE_EVENT = /^(exec_|attach|resize|top|export|archive|copy|health_status|pull$)/;

const EMPTY_PLAN: Plan = { actions: [], waiting: [], stuck: [] };

export class Loop {
  readonly #options: LoopOptions;
  readonly #details: Details;
  readonly #pulls: Pulls;
  readonly #turns: Turns;
  readonly #lanes = new Map<string, { readonly action: Action; readonly done: Promise<void> }>();
  readonly #lastActions = new Map<string, LastAction>();
  readonly #events: { close(): void };
  readonly #lookOnceMore: NodeJS.Timeout;
  /** Containers with events since the last look that is sure to see their effect. */
  readonly #eventful = new Set<string>();
  #desired: Desired;
  #observed: Observed | null = null;
  #plan: Plan = EMPTY_PLAN;
  #memory: Memory = NOTHING_REMEMBERED;
  #engine: EngineState = { reachable: false, version: null, problem: 'not connected yet' };
  /** The engine was away: what ended meanwhile did not crash. */
  #engineReturned = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#desired = options.desired;
    this.#details = new Details(options.engine, () => this.poke());
    this.#pulls = new Pulls(options.engine);
    this.#turns = new Turns(() => this.#pass().finally(options.onTurn), options.clock);
    this.#lookOnceMore = setTimeout(() => this.#lookAfterEvent(), LIST_LAG);
    this.#events = options.engine.events({
      onEvent: ({ id, action }) => {
        if (IDLE_EVENT.test(action)) return;
        this.#details.forget(id);
        this.#eventful.add(id);
        this.poke();
        this.#lookOnceMore.refresh();
      },
      onConnected: (version) => this.#connected(version),
      onLost: (fault) => this.#lost(fault),
    });
  }

  poke(): void {
    this.#turns.poke();
  }

  desire(desired: Desired): void {
    this.#desired = desired;
    this.poke();
  }

  state(): LoopState {
    return {
      desired: this.#desired,
      observed: this.#observed,
      plan: this.#plan,
      memory: this.#memory,
      lanes: new Map([...this.#lanes].map(([component, { action }]) => [component, action])),
      lastActions: this.#lastActions,
      engine: this.#engine,
    };
  }

  /** Images that are being pulled. */
  pulling(): ReadonlySet<string> {
    return this.#pulls.images();
  }

  /** 0 to 1, or null. */
  pullProgress(image: string): number | null {
    return this.#pulls.progressOf(image);
  }

  /** Whether the loop turns. Nothing remote counts: a look has a deadline. */
  alive(): boolean {
    return this.#turns.alive();
  }

  /** Stops looking and lets calls under way end, for a few seconds. Containers are left as they are. */
  async close(): Promise<void> {
    this.#events.close();
    clearTimeout(this.#lookOnceMore);
    await this.#turns.close();
    const ended = Promise.all([this.#pulls.close(), ...[...this.#lanes.values()].map(({ done }) => done)]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_PATIENCE);
    });
    await Promise.race([ended, patience]);
    clearTimeout(timer);
  }

  /** What an inspect told between an event and its effect may be old as well. */
  #lookAfterEvent(): void {
    for (const id of this.#eventful) this.#details.forget(id);
    this.#eventful.clear();
    this.poke();
  }

  #connected(version: EngineVersion): void {
    this.#options.log.debug({ engine: version }, 'engine connected');
    this.#engine = { reachable: true, version, problem: null };
    this.#engineReturned = true;
    this.#details.forgetAll();
    this.poke();
  }

  #lost(fault: Fault): void {
    if (this.#engine.reachable) this.#options.log.warn({ problem: fault.message }, 'engine lost');
    this.#engine = { ...this.#engine, reachable: false, problem: fault.message };
  }

  /** One pass. Answers with the milliseconds until the next one is due. */
  async #pass(): Promise<number> {
    const { clock, log, prefix, limits, resync } = this.#options;
    const desired = this.#desired;
    const lanes = new Set(this.#lanes.keys());
    const pulls = new Set(this.#pulls.images());
    try {
      const observed = await observe(
        { ...this.#options, details: this.#details },
        desired,
        this.#options.prober.verdicts(),
      );
      this.#observed = observed;
      this.#takeIn(observed, desired);
      const underWay = { lanes, pulls, pullLimit: limits.pulls };
      const now = clock.now();
      this.#plan = plan({ desired, observed, memory: this.#memory, underWay, prefix, now });
      this.#pulls.keepOnly(imagesWanted(desired));
      for (const action of this.#plan.actions) this.#begin(action);
      this.#options.prober.watch(targets(desired, observed, prefix));
      return Math.max(0, Math.min(resync, untilDue(this.#plan, now)));
    } catch (error) {
      if (!(error instanceof Fault)) log.error({ err: error }, 'pass failed');
      else if (this.#engine.problem !== error.message) log.warn({ problem: error.message }, 'look failed');
      this.#engine = { ...this.#engine, reachable: false, problem: messageOf(error) };
      return LOOK_AFTER_FAILURE;
    }
  }

  /** A look that came through: the engine is there, and what ended is counted. */
  #takeIn(observed: Observed, desired: Desired): void {
    const { clock } = this.#options;
    if (!this.#engine.reachable && this.#engine.version !== null) {
      this.#engine = { ...this.#engine, reachable: true, problem: null };
    }
    const at = { desired, own: observed.own, now: clock.now(), jitter: clock.jitter() };
    this.#memory = notice(this.#memory, at);
    if (this.#engineReturned) this.#memory = forgiveCrashes(this.#memory);
    this.#engineReturned = false;
  }

  #begin(action: Action): void {
    const { log, clock } = this.#options;
    const { component, because } = action;
    log.info({ component, do: action.do, because, ...subject(action) }, 'action');
    this.#lastActions.set(component, { action, at: clock.date() });
    if (action.do === 'pull') {
      this.#pulls.begin(action.image, (error) => this.#ended(action, error));
      return;
    }
    const done = carryOut(action, this.#options).then(
      () => this.#laneEnded(action, null),
      (error: unknown) => this.#laneEnded(action, error),
    );
    this.#lanes.set(component, { action, done });
  }

  #laneEnded(action: Exclude<Action, { do: 'pull' }>, error: unknown): void {
    this.#lanes.delete(action.component);
    if ('id' in action) this.#details.forget(action.id);
    this.#ended(action, error);
  }

  #ended(action: Action, error: unknown): void {
    const { clock, limits, log } = this.#options;
    if (error !== null) {
      log.warn({ component: action.component, do: action.do, problem: messageOf(error) }, 'action failed');
    }
    this.#memory = remember(this.#memory, outcome(action, error), {
      desired: this.#desired,
      pullLimits: { min: limits.pullMin, max: limits.pullMax },
      now: clock.now(),
      jitter: clock.jitter(),
    });
    if (action.do === 'remove' && error === null) this.#pruneFiles(action.component, action.id);
    this.poke();
  }

  #pruneFiles(component: string, removed: string): void {
    const { files, log } = this.#options;
    const left = this.#observed?.own.filter((it) => it.component === component && it.id !== removed) ?? [];
    const wanted = this.#desired.known ? this.#desired.components.get(component) : undefined;
    const digests = new Set([
      ...left.map(({ digest }) => digest),
      ...(wanted?.ok ? [wanted.spec.digest] : []),
    ]);
    files.prune(component, digests).catch((error: unknown) => {
      log.warn({ component, problem: messageOf(error) }, 'old files not removed');
    });
  }
}

function outcome(action: Action, error: unknown): Outcome {
  if (error === null) return { action, ok: true };
  if (!(error instanceof Fault)) {
    return { action, ok: false, message: messageOf(error), retry: 'later', retryAfter: null };
  }
  const { message, retry, retryAfter, kind } = error;
  return { action, ok: false, message, retry: kind === 'unreachable' ? 'now' : retry, retryAfter };
}

/** What an action is done to, for its log line. */
function subject(action: Action): Record<string, string> {
  if (action.do === 'pull') return { image: action.image };
  if (action.do === 'create') return { image: action.spec.shape.image, digest: action.spec.digest };
  return { container: action.id.slice(0, 12) };
}

function imagesWanted(desired: Desired): ReadonlySet<string> {
  const wanted = desired.known ? [...desired.components.values()] : [];
  return new Set(wanted.flatMap((it) => (it.ok ? [it.spec.shape.image] : [])));
}

/** The running containers that count, with the probes of their definition. */
function targets(desired: Desired, { own }: Observed, prefix: string): readonly ProbeTarget[] {
  if (!desired.known) return [];
  return [...desired.components].flatMap(([component, wanted]) => {
    if (!wanted.ok) return [];
    const mine = own.filter((container) => container.component === component);
    const { current } = sortOut(mine, prefix, component);
    const startedAt = current?.detail?.startedAt;
    if (current?.state !== 'running' || !startedAt) return [];
    return [{ component, containerId: current.id, startedAt, probes: wanted.spec.probes }];
  });
}

function untilDue({ waiting, stuck }: Plan, now: number): number {
  const waits = waiting.flatMap(({ until }) => (until === null ? [] : [until - now]));
  const blocked = stuck.some(({ state }) => state === 'blocked') ? [LOOK_WHILE_BLOCKED] : [];
  return Math.min(...waits, ...blocked, Number.POSITIVE_INFINITY);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
