/** A real Docker Engine of its own, in the network namespace of a sandbox host. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesOfCgroup, thawCgroup } from './cgroups.js';
import { type Part, startPart } from './part.js';
import type { Place } from './place.js';
import { isAlive, signal } from './process-list.js';
import { request } from './request.js';
import { until } from './until.js';

export interface Daemon {
  /** Process id of dockerd, or null while it is down. */
  pid(): number | null;
  /** Starts it on the same folders and waits until it answers. */
  start(): Promise<void>;
  /**
   * SIGKILL and wait: containers stay alive until the next start, which stops them, as there is no live restore, and
   * gives each its stop timeout: ten seconds for a first process that ignores SIGTERM, such as a bare `sleep`.
   */
  kill(): Promise<void>;
  /** SIGTERM and wait: it stops its containers first, as at a restart of the service. */
  stop(): Promise<void>;
  /** SIGSTOP: it accepts connections and answers nothing. */
  pause(): void;
  resume(): void;
}

export interface OwnedDaemon extends Daemon {
  readonly socket: string;
  /** Ends the containers and then the engine in good order, so that it unmounts and removes what it made. */
  end(): Promise<void>;
}

const runcWithinLimits = fileURLToPath(new URL('runtime/runc-within-limits.sh', import.meta.url));

/** Whether root has the capability SYS_RESOURCE, number 24, without which no container gets more than this process has. */
function mayRaiseLimits(): boolean {
  const [, capabilities = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${capabilities}`) & (1n << 24n)) !== 0n;
}

/** `enter` is what brings a command into the host's namespace. Not started yet. */
export function daemonOf(place: Place, enter: readonly string[]): OwnedDaemon {
  const file = (name: string) => join(place.folder, name);
  const socket = file('docker.sock');
  // nsenter and not `ip netns exec`: that one mounts a new /sys, and the engine finds no cgroups.
  const argv = [
    ...enter,
    'dockerd',
    ...['--data-root', file('data'), '--exec-root', file('exec'), '-p', file('dockerd.pid')],
    ...['-H', `unix://${socket}`],
    // Its fifty rules take half the CPU time of a start, and nobody here is to be kept out: the namespace is its own.
    '--iptables=false',
    // A parent of their own finds the containers of this engine when it is dead.
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${place.name}`],
    ...(mayRaiseLimits()
      ? []
      : ['--add-runtime', `sandbox=${runcWithinLimits}`, '--default-runtime', 'sandbox']),
  ];
  let part: Part | undefined;
  const running = () => (part !== undefined && part.exit() === null ? part : undefined);

  const answers = async () => {
    try {
      return (await request(socket, '/_ping', { within: 2000 })).status === 200;
    } catch {
      return false;
    }
  };
  const down = async (name: NodeJS.Signals) => {
    await running()?.end(name);
  };
  const start = async () => {
    if (running()) throw new Error('the engine runs already');
    await forget(file('dockerd.pid'));
    await forget(file('exec/containerd/containerd.pid'));
    part = startPart({ name: 'dockerd', argv, environment: place.environment, log: file('dockerd.log') });
    // After a crash it first stops what it finds running, one after the other.
    await part.ready(answers, 120_000);
  };
  return {
    socket,
    pid: () => running()?.pid ?? null,
    start,
    kill: () => down('SIGKILL'),
    stop: () => down('SIGTERM'),
    pause: () => running()?.signal('SIGSTOP'),
    resume: () => running()?.signal('SIGCONT'),
    async end() {
      running()?.signal('SIGCONT');
      thawCgroup(place.name);
      for (const pid of processesOfCgroup(place.name)) signal(pid, 'SIGKILL');
      try {
        await running()?.end('SIGTERM', 8000);
      } catch {
        // It hangs: the sweep of the place kills it and undoes its mounts.
      }
    },
  };
}

/**
 * Removes the process id file of a killed daemon once that is dead. dockerd takes a zombie for a running containerd,
 * and waits for it in vain, where the first process of the machine reaps late or never.
 */
async function forget(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until(`process ${pid} of ${pidFile} has ended`, () => !isAlive(pid), { within: 5000 });
  rmSync(pidFile, { force: true });
}
