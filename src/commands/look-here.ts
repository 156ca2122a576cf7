/** This node looked at without an agent: store, disk and engine are read once, and nothing is changed. */
import { join } from 'node:path';
import { loadCatalog } from '../catalog/load.js';
import { NOTHING_READ } from '../cluster/reading.js';
import type { Desired } from '../desired/desired.js';
import { openCredentials } from '../engine/credentials.js';
import { openDocker } from '../engine/docker.js';
import { type Engine, type EngineVersion, Fault } from '../engine/engine.js';
import { openFileRoom } from '../files/files.js';
import { readHostFacts } from '../host/facts.js';
import { holderOf } from '../host/holder.js';
import { readListeners } from '../host/listeners.js';
import { Details } from '../loop/details.js';
import { observe } from '../loop/observe.js';
import { clusterOf, currentOf } from '../loop/wanted.js';
import { EMPTY_PLAN } from '../plan/action.js';
import type { Coordination } from '../plan/disruption.js';
import { NOTHING_REMEMBERED } from '../plan/memory.js';
import { notice } from '../plan/notice.js';
import type { Observed } from '../plan/observed.js';
import { plan } from '../plan/plan.js';
import { succeedingIn } from '../plan/succeeding.js';
import type { ReportInput } from '../report/input.js';
import { type Mask, Secrets } from '../report/secrets.js';
import type { Settings } from '../settings/settings.js';
import { coordinationHere, joined } from './coordination-here.js';
import { readDesiredHere } from './desired-here.js';

export interface Sight {
  /** Probes have not been asked, so nothing is known to be ready. Without an engine nothing is observed. */
  readonly input: ReportInput;
  /** For all that is shown of it. */
  readonly mask: Mask;
}

const UNKNOWN: Desired = { known: false, unassigned: false, why: 'the store has not been read yet' };

export async function lookHere(settings: Settings): Promise<Sight> {
  const { node, address, docker, containerPrefix: prefix, limits } = settings;
  const [host, catalog] = await Promise.all([readHostFacts(), loadCatalog(settings.catalog)]);
  const engine = openDocker({ address: docker, limits });
  try {
    const onEngine = async () => {
      const { observed } = await look(engine, settings, UNKNOWN);
      return observed === null ? null : clusterOf(observed);
    };
    const { desired, stack, store, problems } = await readDesiredHere({ settings, catalog, onEngine });
    const seen = await look(engine, settings, desired);
    const now = new Date();
    const input: ReportInput = {
      node,
      address,
      version: host.version,
      startedAt: now.toISOString(),
      now: now.toISOString(),
      prefix,
      stack,
      desired,
      store,
      problems,
      observed: seen.observed,
      ...(await firstPlan(desired, seen.observed, settings)),
      lanes: new Map(),
      lastActions: new Map(),
      pulls: new Map(),
      engine: { reachable: seen.observed !== null, version: seen.version, problem: seen.problem },
      stamp: (milliseconds) => new Date(now.getTime() + milliseconds).toISOString(),
    };
    const secrets = new Secrets();
    secrets.know(desired);
    return { input, mask: secrets.mask };
  } finally {
    engine.close();
  }
}

async function firstPlan(
  desired: Desired,
  observed: Observed | null,
  settings: Settings,
): Promise<Pick<ReportInput, 'plan' | 'memory' | 'coordination'>> {
  const { node, containerPrefix: prefix, limits } = settings;
  const current = observed === null ? [] : currentOf(observed, prefix);
  const credentials = observed?.credentials ?? '';
  const verdicts = new Map();
  const succeeding = observed === null ? new Set<string>() : succeedingIn(observed, desired, prefix);
  const seen = { desired, current, verdicts, succeeding, credentials };
  const memory = notice(NOTHING_REMEMBERED, { ...seen, now: 0, jitter: 0 });
  const alone: Coordination = { kind: 'alone' };
  if (observed === null) return { memory, plan: EMPTY_PLAN, coordination: alone };
  const underWay = { lanes: new Set<string>(), pulls: new Set<string>(), pullLimit: limits.pulls };
  // It tells what comes next, not when this node's turn is.
  const pullSpread = { node, over: 0 };
  const planned = (coordination: Coordination) =>
    plan({ desired, observed, memory, underWay, coordination, pullSpread, prefix, now: 0 });
  // What is asked of the others shows in the plan of one who knows nothing of them yet.
  const { wishes } = planned(joined(node, NOTHING_READ));
  const coordination = await coordinationHere(settings, wishes);
  return { memory, plan: planned(coordination), coordination };
}

interface EngineSight {
  readonly observed: Observed | null;
  readonly version: EngineVersion | null;
  readonly problem: string | null;
}

async function look(
  engine: Engine,
  { node, address, stateDir, containerPrefix: prefix }: Settings,
  desired: Desired,
): Promise<EngineSight> {
  try {
    const version = await engine.connect();
    const details = new Details(engine, () => {});
    const ports = { listeners: readListeners, holderOf };
    const credentials = openCredentials(process.env);
    const files = openFileRoom(join(stateDir, 'files'));
    const sources = { engine, credentials, details, files, ports, node, address, prefix };
    const seen = await observe(sources, desired);
    return { observed: { ...seen, verdicts: new Map() }, version, problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { observed: null, version: null, problem: error.message };
  }
}
