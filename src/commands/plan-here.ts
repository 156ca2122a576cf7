/** The plan worked out without an agent: store, disk and engine are read once, and nothing is changed. */
import { loadCatalog } from '../catalog/load.js';
import type { Desired } from '../desired/desired.js';
import { openDocker } from '../engine/docker.js';
import { holderOf } from '../host/holder.js';
import { readListeners } from '../host/listeners.js';
import { Details } from '../loop/details.js';
import { observe } from '../loop/observe.js';
import { clusterOf, currentOf } from '../loop/wanted.js';
import { NOTHING_REMEMBERED, notice } from '../plan/memory.js';
import { plan } from '../plan/plan.js';
import { printPlan } from '../plan/print.js';
import { type PlanBody, planBody } from '../server/plan-body.js';
import type { Settings } from '../settings/settings.js';
import { readDesiredHere } from './desired-here.js';

const UNKNOWN: Desired = { known: false, unassigned: false, why: 'the store has not been read yet' };

/** What an agent started now would do first. Probes have not been asked: what waits for one to be ready, waits. */
export async function planHere(settings: Settings): Promise<PlanBody> {
  const catalog = await loadCatalog(settings.catalog);
  const engine = openDocker({ address: settings.docker, limits: settings.limits });
  try {
    await engine.connect();
    const details = new Details(engine, () => {});
    const ports = { listeners: readListeners, holderOf };
    const { node, address, containerPrefix: prefix } = settings;
    const look = (desired: Desired) => observe({ engine, details, ports, node, address, prefix }, desired);
    const onEngine = async () => clusterOf(await look(UNKNOWN));
    const { desired } = await readDesiredHere({ settings, catalog, onEngine });
    const seen = await look(desired);
    const observed = { ...seen, verdicts: new Map() };
    const memory = notice(NOTHING_REMEMBERED, {
      desired,
      current: currentOf(seen, prefix),
      now: 0,
      jitter: 0,
    });
    const underWay = { lanes: new Set<string>(), pulls: new Set<string>(), pullLimit: settings.limits.pulls };
    const next = plan({ desired, observed, memory, underWay, prefix, now: 0 });
    return planBody(next, printPlan(next).join('\n'));
  } finally {
    engine.close();
  }
}
