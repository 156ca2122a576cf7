/**
 * The agent's parts, put together: for `katod agent`, and for `katod apply`, which is the same without a server. Heavy
 * to load: import this file when the agent lives.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadCatalog } from '../catalog/load.js';
import { Coordinator } from '../cluster/coordinator.js';
import { Founder } from '../cluster/founder.js';
import { Presence } from '../cluster/presence.js';
import { openCredentials } from '../engine/credentials.js';
import { openDocker } from '../engine/docker.js';
import { openFileRoom } from '../files/files.js';
import type { HostFacts } from '../host/facts.js';
import { holderOf } from '../host/holder.js';
import { readListeners } from '../host/listeners.js';
import { openAgentView } from '../loop/agent-view.js';
import { SYSTEM_CLOCK } from '../loop/clock.js';
import { createClusterId } from '../loop/cluster-id.js';
import { ALONE } from '../loop/coordinating.js';
import { FollowedStore } from '../loop/follow-store.js';
import { Journal } from '../loop/journal.js';
import { Loop } from '../loop/loop.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import { measured } from '../metrics/measured.js';
import { watchProcess } from '../metrics/process-families.js';
import { attempt } from '../probe/attempt.js';
import { openProber } from '../probe/prober.js';
import { openVerdictFile } from '../probe/verdict-file.js';
import { EventRing } from '../report/event-ring.js';
import type { Report } from '../report/report.js';
import type { Secrets } from '../report/secrets.js';
import type { Settings } from '../settings/settings.js';
import { openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';
import { takeTrustMark } from '../store/trust-mark.js';

export interface Telling {
  readonly log: Logger;
  readonly secrets: Secrets;
  /** Given the report after each pass. Default: nobody is. */
  readonly onReport?: (report: Report) => void;
}

const NOT_READ = 'the store has not been read yet';

/** Other nodes are asked over the network alone: the catalog's schema sees to it. */
const noCommand = () => Promise.reject(new TypeError('another node was to be asked by a command'));

/** Reads what is on disk, and connects to nothing yet: `begin` does. Containers are never touched by `close`. */
export async function openParts(settings: Settings, host: HostFacts, { log, secrets, onReport }: Telling) {
  const { node, address, stateDir, containerPrefix: prefix, limits, stack } = settings;
  const metrics = new AgentMetrics();
  const events = new EventRing({ date: SYSTEM_CLOCK.date, mask: secrets.mask, told: metrics.told });
  const watched = watchProcess();
  const [store, catalog, memory] = await Promise.all([
    openStore({ settings, node, onCall: metrics.storeCalled }),
    loadCatalog(settings.catalog),
    openVerdictFile(stateDir, log),
  ]);
  const followed: FollowedStore = new FollowedStore({
    store,
    catalog,
    policy: settings.policy,
    lastKnownGood: openLastKnownGood(stateDir),
    facts: { name: node, address, hostname: host.hostname },
    defaultStack: stack,
    prefix: settings.store.kind === 'etcd' ? settings.store.prefix : settings.store.path,
    log,
    onDesired(desired) {
      secrets.know(desired);
      // While the store is away another one may come to stand in its place, and is not judged yet.
      const mayWrite = desired.known && followed.isFollowing() && followed.unreadable() === null;
      founder.found(mayWrite ? desired.forming : new Map());
      loop.desire(desired);
    },
    cluster: {
      onEngine: () => loop.clusterOnEngine(),
      create: () => createClusterId(store, log),
      twin: () => presence.twin(),
    },
    takeTrustMark: () => takeTrustMark(stateDir),
  });
  const { hostname, machineId, version } = host;
  const self = { name: node, address, hostname, machineId, version };
  const stopAsking = new AbortController();
  const presence = new Presence({ store, self, date: SYSTEM_CLOCK.date, log });
  const founder = new Founder({ store, log });
  const desired = await followed.recall();
  const coordinator = new Coordinator({
    store,
    node,
    session: () => presence.session(),
    away: () => (followed.isFollowing() ? null : (followed.unreadable() ?? followed.hold() ?? NOT_READ)),
    ask: ({ check, timeout }) => attempt(check, timeout, { stop: stopAsking.signal, run: noCommand }),
    now: SYSTEM_CLOCK.now,
    date: SYSTEM_CLOCK.date,
    onChange: () => loop.poke(),
    log,
  });
  secrets.know(desired);
  const credentials = openCredentials(process.env);
  const docker = openDocker({ address: settings.docker, limits, credentials });
  const engine = measured(docker, SYSTEM_CLOCK.now, metrics.engineCalled);
  const prober = openProber({
    now: SYSTEM_CLOCK.date,
    monotonic: SYSTEM_CLOCK.now,
    onChange: () => loop.poke(),
    memory,
    exec: engine.exec,
  });
  const loop: Loop = new Loop({
    engine,
    credentials,
    prober,
    files: openFileRoom(join(stateDir, 'files')),
    ports: { listeners: readListeners, holderOf },
    clock: SYSTEM_CLOCK,
    log,
    node,
    address,
    prefix,
    limits,
    resync: settings.resync,
    cluster: () => followed.clusterId(),
    coordinating: store.kind === 'file' ? ALONE : coordinator,
    desired,
    journal: new Journal({ log, events, metrics, clock: SYSTEM_CLOCK }),
    async onTurn() {
      const report = await view.note();
      presence.note(report, followed.isFollowing());
      onReport?.(report);
    },
  });
  const view = openAgentView({
    node,
    address,
    version: host.version,
    prefix,
    stack,
    storeKind: store.kind,
    clock: SYSTEM_CLOCK,
    log,
    mask: secrets.mask,
    events,
    metrics,
    process: watched,
    loop,
    followed: {
      problems: () => [...followed.problems(), ...founder.problems()],
      unreadable: () => followed.unreadable(),
      hold: () => followed.hold(),
    },
  });
  return {
    view,
    events,
    /** From now on engine and store are listened to. */
    begin() {
      events.add({ kind: 'agent', version: host.version, message: `agent ${host.version} started` });
      loop.begin();
      followed.follow();
    },
    async close() {
      await founder.close();
      stopAsking.abort();
      await coordinator.close();
      await presence.close();
      await followed.close();
      await loop.close();
      await prober.close();
      await store.close();
      engine.close();
      watched.close();
    },
  };
}
