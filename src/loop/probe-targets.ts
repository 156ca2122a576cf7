/** Which containers are probed, and by which probes. */
import type { Desired } from '../desired/desired.js';
import type { ProbeSet, ProbeTarget } from '../probe/probe.js';
import type { Seen } from './observe.js';
import { servingOf, specsOf } from './wanted.js';

/**
 * The running containers that serve, with the probes they were made for: an older container is not judged by the
 * probes of a definition that it was not made of. Of one whose own are not known (it is older than this agent's start)
 * nothing but running can be said.
 */
export class ProbeTargets {
  readonly #prefix: string;
  #known: ReadonlyMap<string, ProbeSet> = new Map();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(desired: Desired, seen: Seen): readonly ProbeTarget[] {
    const specs = new Map(specsOf(desired).map((spec) => [spec.name, spec]));
    const targets: readonly ProbeTarget[] = servingOf(seen, this.#prefix).flatMap((container) => {
      const { id: containerId, component, state, digest, detail } = container;
      const spec = specs.get(component);
      if (spec === undefined || state !== 'running' || !detail?.startedAt) return [];
      const probes = spec.digest === digest ? spec.probes : (this.#known.get(containerId) ?? {});
      return [{ component, containerId, startedAt: detail.startedAt, probes }];
    });
    // Also of one that is stopped: it may come back, as the predecessor of one that fails.
    const there = new Set(seen.own.map(({ id }) => id));
    const kept = [...this.#known].filter(([id]) => there.has(id));
    this.#known = new Map([
      ...kept,
      ...targets.map(({ containerId, probes }) => [containerId, probes] as const),
    ]);
    return targets;
  }
}
