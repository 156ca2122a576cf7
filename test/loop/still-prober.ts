/** A prober without probes: what runs is as well as the test says. A stand-in for the real one. */
import type { Health, Prober, ProbeTarget, Verdict } from '../../src/probe/probe.js';

/** `healthOf` is asked at each look, by component. */
export function openStillProber(healthOf: (component: string) => Health): Prober {
  let watched: readonly ProbeTarget[] = [];
  const verdictOf = ({ component, containerId, startedAt }: ProbeTarget): Verdict => ({
    containerId,
    startedAt,
    health: healthOf(component),
    leader: null,
    wasReady: healthOf(component) === 'ready',
    live: null,
    output: '',
    since: startedAt,
  });
  return {
    watch(targets) {
      watched = targets;
    },
    verdicts: () => new Map(watched.map((target) => [target.component, verdictOf(target)])),
    close: async () => {},
  };
}
