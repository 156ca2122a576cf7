/**
 * What an agent that started now on this node would go by: the store's answer where it may be followed, else the last
 * known good. Store and disk are read once, and nothing is written; what is not used is told on standard error.
 */
import { pino } from 'pino';
import type { Catalog } from '../catalog/catalog.js';
import { type Accepted, NOTHING_ACCEPTED } from '../desired/accepted.js';
import type { Desired, Problem } from '../desired/desired.js';
import { readHostFacts } from '../host/facts.js';
import { readIdentity } from '../host/identity.js';
import { FollowedStore } from '../loop/follow-store.js';
import type { ReportInput } from '../report/input.js';
import type { Settings } from '../settings/settings.js';
import { type LastKnownGood, openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';
import { type Reading, type Store, StoreError } from '../store/store.js';
import { problemLines } from './refuse.js';
import { stackName } from './stack.js';

export interface DesiredHere {
  readonly accepted: Accepted;
  readonly desired: Desired;
  /** In force, or to be so with the first role. */
  readonly stack: string;
  /** What was gone by; `defaults`: neither store nor disk. */
  readonly from: 'store' | 'disk' | 'defaults';
  /** As the report tells of the store. */
  readonly store: ReportInput['store'];
  readonly problems: readonly Problem[];
}

export interface LookingHere {
  readonly settings: Settings;
  readonly catalog: Catalog;
  /** The cluster that this node's containers say they are of, or null; asked only where the disk does not know. */
  readonly onEngine: () => Promise<string | null>;
}

/** Rejects where the engine is asked and does not answer. */
export async function readDesiredHere({ settings, catalog, onEngine }: LookingHere): Promise<DesiredHere> {
  const { node, address, stateDir } = settings;
  const [host, store] = await Promise.all([readHostFacts(), openStore({ settings, node })]);
  const followed = new FollowedStore({
    store,
    catalog,
    policy: settings.policy,
    lastKnownGood: readOnly(stateDir, node),
    facts: { name: node, address, hostname: host.hostname },
    defaultStack: settings.stack,
    prefix: settings.store.kind === 'etcd' ? settings.store.prefix : settings.store.path,
    log: pino({ level: 'silent' }),
    onDesired: () => {},
    cluster: { onEngine, create: () => Promise.resolve(null), twin: () => Promise.resolve(null) },
    takeTrustMark: () => Promise.resolve(false),
  });
  await followed.recall();
  const reading = await readOnce(store);
  await followed.take(reading);
  await followed.close();
  const accepted = followed.accepted();
  const [unreadable, hold] = [followed.unreadable(), followed.hold()];
  const because = unreadable ?? hold;
  const recalled = accepted === NOTHING_ACCEPTED ? 'defaults' : 'disk';
  const from = because === null ? 'store' : recalled;
  if (because !== null) process.stderr.write(`katod: ${BY[recalled]}, since ${because}\n`);
  const problems = followed.problems();
  if (problems.length > 0) process.stderr.write(`katod: not used:\n${problemLines(problems)}`);
  const snapshot = reading.ok && because === null ? reading.snapshot : null;
  const stack = accepted.assignment?.stack ?? stackName(snapshot, settings.stack);
  const told = { kind: store.kind, unreadable, hold };
  return { accepted, desired: followed.desired(), stack, from, store: told, problems };
}

const BY = {
  disk: 'this is by the last known good state on disk',
  defaults: 'this is without the store and a last known good state',
};

async function readOnce(store: Store): Promise<Reading> {
  try {
    return { ok: true, snapshot: await store.read(['members/']) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ok: false, why: error.message };
  } finally {
    await store.close();
  }
}

/** The state folder may be another node's, where this one is only asked about. */
function readOnly(stateDir: string, node: string): LastKnownGood {
  return {
    async read() {
      const identity = await readIdentity(stateDir);
      if (identity !== null && identity.node !== node) return { value: null, problems: [] };
      return openLastKnownGood(stateDir).read();
    },
    write: () => Promise.resolve(null),
  };
}
