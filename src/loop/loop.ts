/**
 * Look, plan, do the least, look again. A poke only says *look again*; each component has a lane of its own, so a
 * slow stop or pull of one never holds up another. Effects and no decisions: those are `plan`'s.
 */
import type { Desired } from '../desired/desired.js';
import { type EngineEvent, Fault } from '../engine/engine.js';
import { type Action, EMPTY_PLAN, type Plan, type Verb } from '../plan/action.js';
import { forgetRefusals } from '../plan/file-memory.js';
import { type Memory, NOTHING_REMEMBERED, remember } from '../plan/memory.js';
import { forgiveCrashes, notice } from '../plan/notice.js';
import type { Observed } from '../plan/observed.js';
import { planInSteps } from '../plan/plan.js';
import { forgetFailures } from '../plan/pull-memory.js';
import { succeedingIn } from '../plan/succeeding.js';
import { Details } from './details.js';
import { EngineStanding } from './engine-standing.js';
import { isIdle } from './idle-event.js';
import { Lanes } from './lanes.js';
import { observe } from './observe.js';
import { outcomeOf } from './outcome.js';
import { ProbeTargets } from './probe-targets.js';
import { digestsLeft, pruneFiles } from './prune-files.js';
import { Pulls } from './pulls.js';
import { SecondLook } from './second-look.js';
import { inSlices } from './slices.js';
import type { LastAction, LoopOptions, LoopState } from './state.js';
import { Turns } from './turns.js';
import { Unannounced } from './unannounced.js';
import { clusterOf, currentOf, definitionsWanted, imagesWanted, untilDue } from './wanted.js';
import { within } from './within.js';

/** After a look that failed, in milliseconds; the engine's return pokes as well. */
const LOOK_AFTER_FAILURE = 1_000;
/** A stop of the agent waits so long for calls under way, in milliseconds; the engine goes on with them anyway. */
const CLOSE_PATIENCE = 3_000;
/** Why a component was last touched is not in what the other nodes are told. */
const TELLING: ReadonlySet<Verb> = new Set(['claim', 'giveUp', 'mark']);

export class Loop {
  readonly #options: LoopOptions;
  readonly #details: Details;
  readonly #pulls: Pulls;
  readonly #turns: Turns;
  readonly #lanes: Lanes;
  readonly #targets: ProbeTargets;
  readonly #unannounced = new Unannounced();
  readonly #lastActions = new Map<string, LastAction>();
  readonly #secondLook = new SecondLook((containers) => this.#lookAgainAt(containers));
  readonly #engine: EngineStanding;
  #events: { close(): void } | null = null;
  readonly #firstLook: Promise<string | null>;
  #tellFirstLook: (cluster: string | null) => void = () => {};
  #desired: Desired;
  #observed: Observed | null = null;
  #plan: Plan = EMPTY_PLAN;
  #memory: Memory = NOTHING_REMEMBERED;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#desired = options.desired;
    this.#firstLook = new Promise((resolve) => {
      this.#tellFirstLook = resolve;
    });
    this.#engine = new EngineStanding(options.log);
    this.#details = new Details(options.engine, () => this.poke());
    this.#pulls = new Pulls(options.engine);
    this.#lanes = new Lanes(options);
    this.#targets = new ProbeTargets(options.prefix);
    const pass = () => options.journal.pass(() => this.#pass());
    this.#turns = new Turns(() => pass().finally(options.onTurn), options.clock);
  }

  /** From now on the engine is listened to. */
  begin(): void {
    this.#events = this.#options.engine.events({
      onEvent: (event) => {
        this.#unannounced.event(event, this.#options.clock.now());
        if (!isIdle(event)) this.#happened(event);
      },
      onConnected: (version) => {
        this.#engine.connected(version);
        this.#details.forgetAll();
        this.poke();
      },
      onLost: (fault) => {
        this.#engine.lost(fault.message);
        void this.#options.onTurn();
      },
    });
    this.poke();
  }

  poke(): void {
    this.#turns.poke();
  }

  /** An operator asks for a pass now: pulls that failed and files that were refused are tried again in it. */
  reconcile(): void {
    const memory = forgetRefusals(this.#memory);
    this.#memory = { ...memory, pulls: forgetFailures(memory.pulls) };
    this.poke();
  }

  desire(desired: Desired): void {
    this.#desired = desired;
    this.poke();
  }

  state(): LoopState {
    return {
      desired: this.#desired,
      observed: this.#observed && { ...this.#observed, verdicts: this.#options.prober.verdicts() },
      plan: this.#plan,
      coordination: this.#options.coordinating.known(),
      memory: this.#memory,
      lanes: this.#lanes.actions(),
      lastActions: this.#lastActions,
      engine: this.#engine.state(),
      relistFound: this.#unannounced.count(this.#options.clock.now()),
    };
  }

  /** Images that are being pulled. */
  pulling(): ReadonlySet<string> {
    return this.#pulls.images();
  }

  /** The cluster that this node's containers say they are of, or null. Resolves after the first look. */
  clusterOnEngine(): Promise<string | null> {
    return this.#firstLook;
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
    this.#events?.close();
    this.#secondLook.close();
    await this.#turns.close();
    await within(CLOSE_PATIENCE, Promise.all([this.#pulls.close(), this.#lanes.ended()]));
  }

  #happened(event: EngineEvent): void {
    this.#secondLook.after(event.id);
    // Its own end is looked at in any case, and until then nothing is begun for the component.
    if (this.#lanes.causes(event)) return;
    this.#lookAgainAt([event.id]);
  }

  #lookAgainAt(containers: Iterable<string>): void {
    for (const id of containers) this.#details.forget(id);
    this.poke();
  }

  /** One pass. Answers with the milliseconds until the next one is due. */
  async #pass(): Promise<number> {
    const { clock, log, node, prefix, limits, resync, prober, coordinating } = this.#options;
    const lanes = this.#lanes.busy();
    const pulls = this.#pulls.images();
    const began = clock.now();
    try {
      const seen = await observe({ ...this.#options, details: this.#details }, this.#desired);
      // Only now: a look may take long, and what somebody has paused or taken back meanwhile must not be done.
      const desired = this.#desired;
      prober.watch(this.#targets.of(desired, seen));
      const observed = { ...seen, verdicts: prober.verdicts() };
      this.#tellFirstLook(clusterOf(observed));
      this.#unannounced.looked(observed.own, { began, busy: lanes });
      this.#takeIn(observed, desired);
      const underWay = { lanes, pulls, pullLimit: limits.pulls };
      const now = clock.now();
      const pullSpread = { node, over: limits.pullSpread };
      const known = { coordination: coordinating.known(), memory: this.#memory };
      const planning = { ...known, desired, observed, underWay, pullSpread, prefix, now };
      // In slices: who asks meanwhile is told what fits together, and what is planned may have been taken back.
      const planned = await inSlices(planInSteps(planning), { now: () => clock.now() });
      this.#observed = observed;
      this.#plan = planned;
      if (this.#desired !== desired) return 0;
      coordinating.want(this.#plan.wishes, definitionsWanted(desired));
      this.#pulls.keepOnly(imagesWanted(desired));
      for (const action of this.#plan.actions) this.#begin(action);
      return Math.min(resync, untilDue(this.#plan, now));
    } catch (error) {
      if (error instanceof Fault) this.#engine.lookFailed(error.message);
      else log.error({ err: error }, 'pass failed');
      return LOOK_AFTER_FAILURE;
    }
  }

  /** A look that came through: the engine is there, and what ended is counted. */
  #takeIn(observed: Observed, desired: Desired): void {
    const { clock, prefix, journal } = this.#options;
    const returned = this.#engine.looked();
    const current = currentOf(observed, prefix);
    const succeeding = succeedingIn(observed, desired, prefix);
    const { credentials, verdicts } = observed;
    const seen = { desired, current, succeeding, verdicts, credentials };
    const at = { ...seen, now: clock.now(), jitter: clock.jitter() };
    const before = this.#memory;
    this.#memory = notice(before, at);
    journal.noticed(before, this.#memory);
    if (returned) this.#memory = forgiveCrashes(this.#memory);
  }

  #begin(action: Action): void {
    const { journal, clock } = this.#options;
    const credentials = this.#observed?.credentials ?? '';
    journal.begun(action);
    if (!TELLING.has(action.do)) this.#lastActions.set(action.component, { action, at: clock.date() });
    if (action.do === 'pull') {
      this.#pulls.begin(action.image, (error, calledOff) => {
        if (!calledOff) return this.#ended(action, error, credentials);
        journal.calledOff(action);
        this.poke();
      });
      return;
    }
    this.#lanes.begin(action, (error) => {
      if ('id' in action) this.#details.forget(action.id);
      this.#ended(action, error, credentials);
    });
  }

  /** `credentials`: their mark when the action began. */
  #ended(action: Action, error: unknown, credentials: string): void {
    const { clock, limits, journal } = this.#options;
    journal.ended(action, error);
    this.#unannounced.acted(action.component, clock.now());
    this.#memory = remember(this.#memory, outcomeOf(action, error), {
      desired: this.#desired,
      pullLimits: { min: limits.pullMin, max: limits.pullMax, recheck: limits.pullRecheck },
      credentials,
      now: clock.now(),
      jitter: clock.jitter(),
    });
    if (action.do === 'remove' && error === null) {
      void pruneFiles(this.#options, action.component, digestsLeft(action, this.#observed, this.#desired));
    }
    this.poke();
  }
}
