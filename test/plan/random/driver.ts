/** Look, plan, act, remember: the loop without time, disk or concurrency, on the fake engine and as fast as can be. */
import type { Desired } from '../../../src/desired/desired.js';
import { specInForce } from '../../../src/desired/in-force.js';
import { Fault } from '../../../src/engine/engine.js';
import { LABEL, labelsFor } from '../../../src/loop/labels.js';
import { outcomeOf } from '../../../src/loop/outcome.js';
import type { Action, Plan } from '../../../src/plan/action.js';
import { type Memory, NOTHING_REMEMBERED, remember } from '../../../src/plan/memory.js';
import { volumeName } from '../../../src/plan/names.js';
import { forgiveCrashes, notice } from '../../../src/plan/notice.js';
import type { Observed, OwnContainer } from '../../../src/plan/observed.js';
import { type PlanInput, plan } from '../../../src/plan/plan.js';
import { printPlan } from '../../../src/plan/print.js';
import { sortOut } from '../../../src/plan/sort-out.js';
import { succeedingIn } from '../../../src/plan/succeeding.js';
import type { Verdict } from '../../../src/probe/probe.js';
import { detailed, type FakeContainer } from '../../engine/fake/container.js';
import type { FakeCall } from '../../engine/fake/engine.js';
import { limits } from '../../engine/shape.js';
import { PREFIX } from '../world.js';
import { NODE, type Scene } from './scene.js';
import { COMPONENTS, type Luck } from './story.js';

/** An action that has been begun and not ended. */
interface Begun {
  readonly action: Action;
  readonly luck: Luck;
}

const FAULTS: Readonly<Record<Exclude<Luck, 'fine'>, Fault>> = {
  refused: new Fault('refused', 'never', 'refused'),
  busy: new Fault('busy', 'later', 'busy'),
  full: new Fault('full', 'later', 'full'),
  hangs: new Fault('slow', 'later', 'no answer'),
  'answer lost': new Fault('slow', 'later', 'no answer'),
  'happens late': new Fault('slow', 'later', 'no answer'),
};

const PULL_LIMITS = { min: limits.pullMin, max: limits.pullMax, recheck: limits.pullRecheck };

export class Driver {
  /** Milliseconds of the loop's clock. */
  now = 0;
  /** What was planned, pass by pass: the story as it went. */
  readonly told: string[] = [];
  readonly #scene: Scene;
  /** Containers by their run that are unhealthy. */
  readonly #unhealthy = new Set<string>();
  #memory: Memory = NOTHING_REMEMBERED;
  /** By component; pulls by image, of a component's name as well. */
  #underWay: Begun[] = [];
  /** What the engine still does though nobody waits for it any more. */
  #late: Action[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  crash(): void {
    this.#memory = NOTHING_REMEMBERED;
    this.#late.push(...this.#underWay.map(({ action }) => action));
    this.#underWay = [];
  }

  /** The engine was away, and is back. */
  engineReturned(): void {
    this.#memory = forgiveCrashes(this.#memory);
  }

  unhealthy(pick: number): void {
    const ours = this.#scene.ours();
    const container = ours[pick % ours.length];
    if (container) this.#unhealthy.add(runOf(container));
  }

  /** What is under way ends; then one pass. `slow`: what it begins is under way during the next one. */
  pass(desired: Desired, { luck = [], slow = false, blind = false }: PassOptions = {}): Plan {
    for (const action of this.#late.splice(0)) this.#attempt(action);
    const ending = this.#underWay.splice(0);
    const lanes = new Set(ending.flatMap(({ action }) => (action.do === 'pull' ? [] : [action.component])));
    const pulls = new Set(ending.flatMap(({ action }) => (action.do === 'pull' ? [action.image] : [])));
    const observed = this.#look(desired, blind);
    const current = COMPONENTS.flatMap(
      (name) =>
        sortOut(
          observed.own.filter(({ component }) => component === name),
          PREFIX,
          name,
        ).current ?? [],
    );
    const succeeding = succeedingIn(observed, desired, PREFIX);
    const seen = { desired, current, succeeding, verdicts: observed.verdicts, credentials: '' };
    this.#memory = notice(this.#memory, { ...seen, now: this.now, jitter: 0 });
    const underWay = { lanes, pulls, pullLimit: limits.pulls };
    const pullSpread = { node: NODE, over: limits.pullSpread };
    const input = {
      desired,
      observed,
      memory: this.#memory,
      underWay,
      coordination: { kind: 'alone' as const },
      pullSpread,
      prefix: PREFIX,
      now: this.now,
    };
    const planned = plan(input);
    this.told.push(`${this.now / 1000} s: ${printPlan(planned).join('; ') || 'nothing'}`);
    this.#check(input, planned);
    for (const begun of ending) this.#end(begun, desired);
    planned.actions.forEach((action, index) => {
      this.#scene.promises.called(callOf(action));
      const begun = { action, luck: luck[index] ?? ('fine' as const) };
      if (slow) this.#underWay.push(begun);
      else this.#end(begun, desired);
    });
    return planned;
  }

  get isIdle(): boolean {
    return this.#underWay.length === 0 && this.#late.length === 0;
  }

  #look(desired: Desired, blind: boolean): Observed {
    const { daemon, promises } = this.#scene;
    const own = this.#scene.ours().map((container) => observedAs(container, blind));
    const others = daemon
      .containers()
      .filter((container) => !promises.isOwn(container) && !promises.isCheck(container));
    const images = desired.known
      ? [...desired.components.values()].flatMap((wanted) => specInForce(wanted)?.shape.image ?? [])
      : [];
    return {
      own,
      checks: daemon
        .containers()
        .filter((one) => promises.isCheck(one))
        .map((container) => observedAs(container, blind)),
      files: new Map(),
      foreignNames: new Map(others.map(({ name }) => [name, `container ${name}`])),
      credentials: '',
      images: new Map(blind ? [] : images.map((image) => [image, daemon.hasImage(image)])),
      portHolders: new Map(),
      ensembleIds: new Map(),
      verdicts: this.#verdicts(),
    };
  }

  /** What runs is ready, but for what the story says is not. */
  #verdicts(): ReadonlyMap<string, Verdict> {
    const running = this.#scene.ours().filter(({ state }) => state === 'running');
    return new Map(
      running.map((container) => [
        container.request.labels[LABEL.component] ?? '',
        {
          containerId: container.id,
          startedAt: container.startedAt ?? '',
          health: this.#unhealthy.has(runOf(container)) ? 'failing' : 'ready',
          leader: null,
          wasReady: true,
          live: null,
          output: 'connection refused',
          since: '',
        },
      ]),
    );
  }

  /** What holds of every plan. */
  #check(input: PlanInput, planned: Plan): void {
    const { broken } = this.#scene.promises;
    const text = printPlan(planned).join('\n');
    if (printPlan(plan(input)).join('\n') !== text) broken.push('the same input, another plan');
    const reversed = { ...input, observed: { ...input.observed, own: [...input.observed.own].reverse() } };
    if (printPlan(plan(reversed)).join('\n') !== text) broken.push('another order of the list, another plan');
    const { actions, waiting, stuck } = planned;
    const steps = [...actions, ...waiting, ...stuck].map(({ component }) => component);
    if (new Set(steps).size < steps.length) broken.push(`two steps of one component: ${text}`);
    for (const action of actions) {
      const ours = [...input.observed.own, ...input.observed.checks];
      const own = !('id' in action) || ours.some(({ id }) => id === action.id);
      const foreignName = 'name' in action && input.observed.foreignNames.has(action.name);
      if (!own || foreignName) broken.push(`somebody else's is named: ${text}`);
      if (input.underWay.lanes.has(action.component)) broken.push(`its lane is at work: ${text}`);
    }
  }

  #end({ action, luck }: Begun, desired: Desired): void {
    const happens = luck === 'fine' || luck === 'answer lost';
    const failure = happens ? this.#attempt(action) : null;
    if (luck === 'happens late') this.#late.push(action);
    const error = luck === 'fine' ? failure : FAULTS[luck];
    const at = { desired, pullLimits: PULL_LIMITS, credentials: '', now: this.now, jitter: 0 };
    this.#memory = remember(this.#memory, outcomeOf(action, error), at);
  }

  /** The engine does it: null, or why it can't. */
  #attempt(action: Action): unknown {
    try {
      this.#do(action);
      return null;
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  #do(action: Action): void {
    const { daemon } = this.#scene;
    switch (action.do) {
      case 'pull':
        daemon.pull(action.image);
        break;
      case 'create': {
        const { spec, name } = action;
        const request = {
          name,
          shape: spec.shape,
          labels: labelsFor(spec, NODE, 'c'),
          fileFolders: new Map(),
        };
        const named = (volume: string) => volumeName(PREFIX, spec.name, volume);
        daemon.create({ ...request, volumeName: named, stopTimeout: spec.stopTimeout });
        break;
      }
      case 'retire':
      case 'rename':
        daemon.rename(action.id, action.name);
        break;
      case 'claim':
      case 'giveUp':
      case 'mark':
        throw new TypeError('one that is alone has nobody to tell');
      case 'check':
      case 'reload':
        throw new Error(`${action.do}: no component has files here`);
      default:
        daemon[action.do](action.id);
    }
  }
}

/** The call that an action makes. */
function callOf(action: Action): FakeCall {
  switch (action.do) {
    case 'pull':
      return { verb: 'pull', subject: action.image };
    case 'create':
      return { verb: 'create', subject: action.name };
    case 'retire':
      return { verb: 'rename', subject: action.id };
    case 'claim':
    case 'giveUp':
    case 'mark':
      throw new TypeError('one that is alone has nobody to tell');
    case 'check':
      return { verb: 'create', subject: action.component };
    case 'reload':
      return { verb: 'signal', subject: action.id };
    default:
      return { verb: action.do, subject: action.id };
  }
}

interface PassOptions {
  readonly luck?: readonly Luck[];
  readonly slow?: boolean;
  /** The engine tells neither how containers ended nor which images there are. */
  readonly blind?: boolean;
}

function observedAs(container: FakeContainer, blind: boolean): OwnContainer {
  const { id, name, state, request } = container;
  const { labels, shape } = request;
  return {
    id,
    name,
    state,
    image: shape.image,
    component: labels[LABEL.component] ?? '',
    cluster: labels[LABEL.cluster] ?? '',
    digest: labels[LABEL.digest] ?? '',
    definition: labels[LABEL.definition] ?? '',
    detail: blind ? null : detailed(container),
  };
}

function runOf({ id, runs }: FakeContainer): string {
  return `${id} ${runs}`;
}
