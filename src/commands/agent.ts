/** `katod agent`: puts the parts together, and takes them apart again at a signal. No logic of its own. */
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { loadCatalog } from '../catalog/load.js';
import { openDocker } from '../engine/docker.js';
import { openFileRoom } from '../files/files.js';
import { type HostFacts, readHostFacts } from '../host/facts.js';
import { holderOf } from '../host/holder.js';
import { readListeners } from '../host/listeners.js';
import { openNotifier } from '../host/notify.js';
import { openAgentView } from '../loop/agent-view.js';
import { SYSTEM_CLOCK } from '../loop/clock.js';
import { FollowedStore } from '../loop/follow-store.js';
import { Loop } from '../loop/loop.js';
import { openProber } from '../probe/prober.js';
import { openVerdictFile } from '../probe/verdict-file.js';
import { ListenError } from '../server/listen.js';
import { startServer } from '../server/server.js';
import type { Settings } from '../settings/settings.js';
import { openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';
import { exitCode } from './command.js';
import { fail } from './refuse.js';

/** Runs until SIGTERM or SIGINT. Containers are left as they are. Answers with the exit code. */
export async function agent(settings: Settings): Promise<number> {
  const log = pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const stopped = nextSignal();
  const host = await readHostFacts();
  const parts = await openParts(settings, host, log);
  const { view, followed, loop } = parts;
  const names = { node: settings.node, hostname: host.hostname, hostNames: settings.hostNames };
  try {
    const server = await startServer({ listen: settings.listen, names, log, view });
    const notifier = openNotifier({ environment: process.env, log, alive: () => view.alive() });
    log.info(
      { node: settings.node, address: settings.address, version: host.version, listen: server.address },
      'agent started',
    );
    followed.follow();
    loop.poke();
    await notifier.ready(`node ${settings.node}`);
    const signal = await stopped;
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
  const followed = new FollowedStore({
    store,
    catalog,
    lastKnownGood: openLastKnownGood(stateDir),
    facts: { name: node, address, hostname: host.hostname },
    defaultStack: stack,
    prefix: settings.store.kind === 'etcd' ? settings.store.prefix : settings.store.path,
    log,
    onDesired: (desired) => loop.desire(desired),
  });
  const desired = await followed.recall();
  const engine = openDocker({ address: settings.docker, limits });
  const prober = openProber({
    now: SYSTEM_CLOCK.date,
    monotonic: SYSTEM_CLOCK.now,
    onChange: () => loop.poke(),
    memory,
  });
  const loop = new Loop({
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
    onTurn: () => view.note(),
  });
  const view = openAgentView({
    node,
    address,
    version: host.version,
    prefix,
    stack,
    storeKind: store.kind,
    clock: SYSTEM_CLOCK,
    loop,
    followed,
  });
  return {
    view,
    followed,
    loop,
    async close() {
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
