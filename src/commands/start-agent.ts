/**
 * `katod agent`: reads all settings, answers for its life, puts the agent together, and takes it apart again at a
 * signal. What is heavy is loaded when the agent lives already.
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { readHostFacts } from '../host/facts.js';
import { rememberIdentity } from '../host/identity.js';
import { claimLock, type Lock } from '../host/lock.js';
import { openNotifier } from '../host/notify.js';
import { SYSTEM_CLOCK } from '../loop/clock.js';
import { lateView } from '../server/late-view.js';
import { ListenError } from '../server/listen.js';
import { type Server, startServer } from '../server/server.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { exitCode, type Invocation } from './command.js';
import { fail, misuse, withSettings } from './refuse.js';

/** An orderly end takes so long at the most; milliseconds. */
const CLOSE_LIMIT = 10_000;
/** Being put together takes so long at the most, or it counts as stuck; milliseconds. */
const OPEN_LIMIT = 60_000;

export async function startAgent({ sources }: Invocation): Promise<number> {
  return withSettings(loadSettings(sources), agent);
}

/** Runs until SIGTERM or SIGINT. Containers are left as they are. Answers with the exit code. */
async function agent(settings: Settings): Promise<number> {
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
  const { node, address, listen } = settings;
  const names = { node, hostname: host.hostname, hostNames: settings.hostNames };
  const begun = SYSTEM_CLOCK.now();
  const { view, opened, open } = lateView(() => SYSTEM_CLOCK.now() - begun < OPEN_LIMIT);
  let server: Server | null = null;
  try {
    server = await startServer({ listen, names, log, view, opened });
    const { openParts } = await loadParts();
    const { loop, followed, ...parts } = await openParts(settings, host, log);
    open(parts.view);
    try {
      const notifier = openNotifier({ environment: process.env, log, alive: () => view.alive() });
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
    } finally {
      await parts.close();
    }
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return fail(error.message);
  } finally {
    await server?.close();
  }
  return exitCode.done;
}

/** Rooms that take long to load. */
const HEAVY = [() => import('../catalog/load.js'), () => import('../engine/docker.js')];

/** Piece by piece: loading stops everything else, and whoever asks `/livez` meanwhile is not to wait for all of it. */
async function loadParts(): Promise<typeof import('./agent.js')> {
  for (const load of HEAVY) {
    await load();
    await delay(1);
  }
  return import('./agent.js');
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
