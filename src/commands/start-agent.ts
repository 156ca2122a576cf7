/**
 * `katod agent`: reads all settings, answers for its life, puts the agent together, and takes it apart again at a
 * signal. What is heavy is loaded when the agent lives already.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readHostFacts } from '../host/facts.js';
import { spareMemory } from '../host/memory.js';
import { openNotifier } from '../host/notify.js';
import { SYSTEM_CLOCK } from '../loop/clock.js';
import { Secrets } from '../report/secrets.js';
import { lateView } from '../server/late-view.js';
import { ListenError } from '../server/listen.js';
import { type Server, startServer } from '../server/server.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { claimHost } from './claim.js';
import { exitCode, type Invocation } from './command.js';
import { openLog } from './log.js';
import type { Telling } from './parts.js';
import { fail, withSettings } from './refuse.js';

/** An orderly end takes so long at the most; milliseconds. */
const CLOSE_LIMIT = 10_000;
/** Being put together takes so long at the most, or it counts as stuck; milliseconds. */
const OPEN_LIMIT = 60_000;

export async function startAgent({ sources }: Invocation): Promise<number> {
  return withSettings(loadSettings(sources), agent);
}

/** Runs until SIGTERM or SIGINT. Containers are left as they are. Answers with the exit code. */
async function agent(settings: Settings): Promise<number> {
  const secrets = new Secrets();
  const log = openLog(settings.logLevel, secrets.mask);
  const refused = await claimHost(settings, { log, taken: 'stop it first' });
  return refused ?? run(settings, { log, secrets });
}

async function run(settings: Settings, telling: Telling): Promise<number> {
  const { log } = telling;
  const stopped = nextSignal();
  const host = await readHostFacts();
  const { node, address, listen } = settings;
  const names = { node, hostname: host.hostname, hostNames: settings.hostNames };
  const begun = SYSTEM_CLOCK.now();
  const { view, opened, open } = lateView(() => SYSTEM_CLOCK.now() - begun < OPEN_LIMIT);
  let server: Server | null = null;
  try {
    server = await startServer({ listen, names, log, view, opened });
    spareMemory();
    const { openParts } = await loadParts();
    const parts = await openParts(settings, host, telling);
    open(parts.view);
    try {
      const notifier = openNotifier({ environment: process.env, log, alive: () => view.alive() });
      log.info({ node, address, version: host.version, listen: server.address }, 'agent started');
      parts.begin();
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
async function loadParts(): Promise<typeof import('./parts.js')> {
  for (const load of HEAVY) {
    await load();
    await delay(1);
  }
  return import('./parts.js');
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
