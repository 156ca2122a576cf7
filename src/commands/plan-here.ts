/** The plan worked out without an agent: store, disk and engine are read once, and nothing is changed. */
import { pino } from 'pino';
import { loadCatalog } from '../catalog/load.js';
import type { Desired } from '../desired/desired.js';
import { openDocker } from '../engine/docker.js';
import { readHostFacts } from '../host/facts.js';
import { holderOf } from '../host/holder.js';
import { readListeners } from '../host/listeners.js';
import { Details } from '../loop/details.js';
import { FollowedStore } from '../loop/follow-store.js';
import { observe } from '../loop/observe.js';
import { currentOf } from '../loop/wanted.js';
import { NOTHING_REMEMBERED, notice } from '../plan/memory.js';
import { plan } from '../plan/plan.js';
import { printPlan } from '../plan/print.js';
import { type PlanBody, planBody } from '../server/plan-body.js';
import type { Settings } from '../settings/settings.js';
import { openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';

/** What an agent started now would do first. Probes have not been asked: what waits for one to be ready, waits. */
export async function planHere(settings: Settings): Promise<PlanBody> {
  const desired = await readDesired(settings);
  const engine = openDocker({ address: settings.docker, limits: settings.limits });
  try {
    await engine.connect();
    const details = new Details(engine, () => {});
    const ports = { listeners: readListeners, holderOf };
    const { node, address, containerPrefix: prefix } = settings;
    const seen = await observe({ engine, details, ports, node, address, prefix }, desired);
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

async function readDesired(settings: Settings): Promise<Desired> {
  const { node, address, stateDir } = settings;
  const [host, catalog, store] = await Promise.all([
    readHostFacts(),
    loadCatalog(settings.catalog),
    openStore({ settings, node }),
  ]);
  const disk = openLastKnownGood(stateDir);
  const followed = new FollowedStore({
    store,
    catalog,
    lastKnownGood: { read: () => disk.read(), write: () => Promise.resolve(null) },
    facts: { name: node, address, hostname: host.hostname },
    defaultStack: settings.stack,
    prefix: settings.store.kind === 'etcd' ? settings.store.prefix : settings.store.path,
    log: pino({ level: 'warn', base: null }, pino.destination(2)),
    onDesired: () => {},
    cluster: {
      onEngine: () => Promise.resolve(null),
      create: () => Promise.resolve(null),
      twin: () => Promise.resolve(null),
    },
    takeTrustMark: () => Promise.resolve(false),
  });
  await followed.recall();
  try {
    await followed.take({ ok: true, snapshot: await store.read() });
  } catch (error) {
    await followed.take({ ok: false, why: error instanceof Error ? error.message : String(error) });
  } finally {
    await store.close();
  }
  return followed.desired();
}
