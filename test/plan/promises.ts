/**
 * What katod never does, watched at every call and event of a fake engine: no second running container of a component,
 * nobody else's touched, no volume lost, nothing stopped before its successor's image is there, nothing but starts
 * while it is not known what is wanted.
 */
import type { Desired } from '../../src/desired/desired.js';
import { inForceOf } from '../../src/desired/in-force.js';
import { LABEL } from '../../src/loop/labels.js';
import { type FakeContainer, isUp } from '../engine/fake/container.js';
import type { FakeDaemon } from '../engine/fake/daemon.js';
import type { FakeCall } from '../engine/fake/engine.js';

/** Calls that change nothing. */
const LOOKS: readonly string[] = ['connect', 'ping', 'list', 'inspect', 'hasImage'];

export class Promises {
  /** What the agent has been told to do. */
  desired: Desired;
  /** Broken ones, in words. */
  readonly broken: string[] = [];
  readonly #daemon: FakeDaemon;
  readonly #node: string;
  readonly #volumes = new Set<string>();
  #byOthers = false;

  constructor(daemon: FakeDaemon, { node, desired }: { readonly node: string; readonly desired: Desired }) {
    this.#daemon = daemon;
    this.#node = node;
    this.desired = desired;
    daemon.listen(({ action, id }) => {
      for (const volume of daemon.volumes.keys()) this.#volumes.add(volume);
      if (action === 'start' && !this.#byOthers) this.#started(id);
    });
  }

  /** What somebody else does on the engine, who has promised nothing. */
  others<T>(act: () => T): T {
    this.#byOthers = true;
    try {
      return act();
    } finally {
      this.#byOthers = false;
    }
  }

  isOwn({ request }: FakeContainer): boolean {
    const { labels } = request;
    return (
      labels[LABEL.node] === this.#node &&
      Boolean(labels[LABEL.component]) &&
      (labels[LABEL.purpose] ?? 'component') === 'component'
    );
  }

  /** Left of a check that was cut off: to be cleared away, and nothing else. */
  isCheck({ request }: FakeContainer): boolean {
    const { labels } = request;
    return (
      labels[LABEL.node] === this.#node &&
      Boolean(labels[LABEL.component]) &&
      labels[LABEL.purpose] === 'check'
    );
  }

  /** To be told of each call before it has an effect. */
  called({ verb, subject }: FakeCall): void {
    if (LOOKS.includes(verb)) return;
    const container = this.#daemon.containers().find(({ id }) => id === subject);
    if (container !== undefined && !this.isOwn(container) && !this.isCheck(container)) {
      this.broken.push(`${verb} of somebody else's container ${container.name}`);
    }
    if (verb === 'stop' && container !== undefined && this.isOwn(container)) this.#stops(container);
    const { desired } = this;
    const mayOnlyStart = !desired.known || desired.paused;
    if (mayOnlyStart && verb !== 'start') {
      this.broken.push(`${verb} ${subject.slice(0, 12)} while ${desired.known ? 'paused' : desired.why}`);
    }
    if (desired.known && desired.paused === 'all') this.broken.push(`${verb} with hands off`);
  }

  /** To be asked at the end. */
  volumesLost(): readonly string[] {
    return [...this.#volumes].filter((volume) => !this.#daemon.volumes.has(volume));
  }

  #started(id: string): void {
    const running = this.#daemon.containers().filter((one) => this.isOwn(one) && isUp(one));
    const started = running.find((one) => one.id === id);
    if (started === undefined) return;
    const component = componentOf(started);
    const twins = running.filter((one) => componentOf(one) === component);
    if (twins.length > 1) {
      this.broken.push(
        `${component} runs ${twins.length} times: ${twins.map(({ name }) => name).join(', ')}`,
      );
    }
  }

  #stops(container: FakeContainer): void {
    const spec = inForceOf(this.desired, componentOf(container));
    if (spec === null || container.request.labels[LABEL.digest] === spec.digest) return;
    const { digest } = spec;
    const { image } = spec.shape;
    const all = this.#daemon.containers();
    const hasSuccessor = all.some((one) => this.isOwn(one) && one.request.labels[LABEL.digest] === digest);
    if (!hasSuccessor && !this.#daemon.hasImage(image))
      this.broken.push(`stop of ${container.name} before ${image} is there`);
  }
}

function componentOf({ request }: FakeContainer): string {
  return request.labels[LABEL.component] ?? '';
}
