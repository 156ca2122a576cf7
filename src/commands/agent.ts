/** `katod agent`: puts the parts together, and takes them apart again at a signal. No logic of its own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { loadCatalog } from '../catalog/load.js';
import { Presence } from '../cluster/presence.js';
import { openDocker } from '../engine/docker.js';
import { openFileRoom } from '../files/files.js';
import { type HostFacts, readHostFacts } from '../host/facts.js';
import { holderOf } from '../host/holder.js';
import { rememberIdentity } from '../host/identity.js';
import { readListeners } from '../host/listeners.js';
import { claimLock, type Lock } from '../host/lock.js';
import { openNotifier } from '../host/notify.js';
import { openAgentView } from '../loop/agent-view.js';
import { SYSTEM_CLOCK } from '../loop/clock.js';
import { createClusterId } from '../loop/cluster-id.js';
import { FollowedStore } from '../loop/follow-store.js';
import { Loop } from '../loop/loop.js';
import { openProber } from '../probe/prober.js';
import { openVerdictFile } from '../probe/verdict-file.js';
import { ListenError } from '../server/listen.js';
import { startServer } from '../server/server.js';
import type { Settings } from '../settings/settings.js';
import { openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';
import { takeTrustMark } from '../store/trust-mark.js';
import { exitCode } from './command.js';
import { fail, misuse } from './refuse.js';

/** An orderly end takes so long at the most; milliseconds. */
const CLOSE_LIMIT = 10_000;

/** Runs until SIGTERM or SIGINT. Containers are left as they are. Answers with the exit code. */
export async function agent(settings: Settings): Promise<number> {
  const log = pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const { node, address, stateDir } = settings;
  const lock = await claimState(stateDir, log);
  if (lock === null)
    return fail(`another agent runs on this host with the state folder ${stateDir}: stop it first`);
  const remembered = await rememberIdentity(stateDir, { node, address });
  if (!remembered.ok) return misuse(remembered.why, null);
  for (const notice of remembered.notices) log.warn({ problem: notice }, 'identity');
  return run(settings, log);
}

/** A state folder that can't be made is told, and the agent runs on without a lock: it heals what it can. */
async function claimState(stateDir: string, log: Logger): Promise<Lock | 'none' | null> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    return await claimLock(stateDir);
  } catch (error) {
    log.error({ stateDir, err: error }, 'state folder not usable');
    return 'none';
  }
}

async function run(settings: Settings, log: Logger): Promise<number> {
  const stopped = nextSignal();
  const host = await readHostFacts();
  const parts = await openParts(settings, host, log);
  const { view, followed, loop } = parts;
  const names = { node: settings.node, hostname: host.hostname, hostNames: settings.hostNames };
  try {
    const server = await startServer({ listen: settings.listen, names, log, view });
    const notifier = openNotifier({ environment: process.env, log, alive: () => view.alive() });
    const { node, address } = settings;
    log.info({ node, address, version: host.version, listen: server.address }, 'agent started');
    loop.begin();
    followed.follow();
    await notifier.ready(`node ${node}`);
    const signal = await stopped;
    // Whatever still hangs by then: the containers stay, and systemd need not kill.
    setTimeout(() => process.exit(exitCode.done), CLOSE_LIMIT).unref();
    log.info({ signal }, 'agent stops, containers stay');
    await notifier.stopping();
    await notifier.close();
    await server.close();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return fail(error.message);
  } finally {
    await parts.close();
  }
  return exitCode.done;
}

async function openParts(settings: Settings, host: HostFacts, log: Logger) {
  const { node, address, stateDir, containerPrefix: prefix, limits, stack } = settings;
  const [store, catalog, memory] = await Promise.all([
    openStore({ settings, node }),
    loadCatalog(settings.catalog),
    openVerdictFile(stateDir, log),
  ]);
  const followed: FollowedStore = new FollowedStore({
    store,
    catalog,
    lastKnownGood: openLastKnownGood(stateDir),
    facts: { name: node, address, hostname: host.hostname },
    defaultStack: stack,
    prefix: settings.store.kind === 'etcd' ? settings.store.prefix : settings.store.path,
    log,
    onDesired: (desired) => loop.desire(desired),
    cluster: {
      onEngine: () => loop.clusterOnEngine(),
      create: () => createClusterId(store, log),
      twin: () => presence.twin(),
    },
    takeTrustMark: () => takeTrustMark(stateDir),
  });
  const { hostname, machineId, version } = host;
  const self = { name: node, address, hostname, machineId, version };
  const presence = new Presence({ store, self, date: SYSTEM_CLOCK.date, log });
  const desired = await followed.recall();
  const engine = openDocker({ address: settings.docker, limits });
  const prober = openProber({
    now: SYSTEM_CLOCK.date,
    monotonic: SYSTEM_CLOCK.now,
    onChange: () => loop.poke(),
    memory,
  });
  const loop: Loop = new Loop({
    engine,
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
    desired,
    onTurn: () => presence.note(view.note(), followed.isFollowing()),
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
    loop,
    followed,
  });
  return {
    view,
    followed,
    loop,
    async close() {
      await presence.close();
      await followed.close();
      await loop.close();
      await prober.close();
      await store.close();
      engine.close();
    },
  };
}

/** The first signal asks for an orderly end; the second ends at once. */
function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      resolve(signal);
      process.once(signal, () => process.exit(exitCode.failed));
    };
    process.once('SIGTERM', onSignal);
    process.once('SIGINT', onSignal);
  });
}
