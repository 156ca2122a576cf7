/**
 * Takes a place away by force: its processes, containers, mounts, namespace, cgroups and folder.
 * As a program: `sweep.ts FOLDER…`; a folder of a run takes all its places with it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { processesOfCgroup, removeCgroup, thawCgroup } from './cgroups.js';
import { isAlive, processesOfNamespace, processesOfPlace, signal } from './process-list.js';

/** Folder of all places of one run, and of the one place in it that `sweep` may be given. */
const placePattern = /^\/tmp\/katod-[\w.-]+\/katod-[\w.-]+$/;

/** Milliseconds after which a process that does not die, or a cgroup that stays busy, is given up with an error. */
const patience = 15_000;

/** Removes everything of the place in `folder`; doing it twice, or at once with somebody else, is no error. */
export async function sweep(folder: string): Promise<void> {
  if (!placePattern.test(folder)) throw new Error(`${folder} is no sandbox place: nothing was removed`);
  const name = basename(folder);
  const sockets = shimSockets(name);
  await endProcesses(folder, name);
  for (const socket of sockets) rmSync(socket, { force: true });
  unmountBelow(folder);
  if (existsSync(`/run/netns/${name}`)) spawnSync('ip', ['netns', 'delete', name]);
  removeCgroup(name);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    rmdirSync(dirname(folder));
  } catch {
    // Other places of the same run are still there.
  }
}

/** Kills until a look finds nobody: a process may start another between look and kill. */
async function endProcesses(folder: string, name: string): Promise<void> {
  const began = performance.now();
  for (;;) {
    thawCgroup(name);
    const members = new Set([
      ...processesOfPlace(folder),
      ...processesOfNamespace(name),
      ...processesOfCgroup(name),
    ]);
    const left = [...members].filter(isAlive);
    if (left.length === 0) return;
    if (performance.now() - began > patience) {
      throw new Error(`processes of ${folder} do not end: ${left.join(', ')}; end them by hand`);
    }
    for (const pid of left) signal(pid, 'SIGKILL');
    await delay(20);
  }
}

/** containerd keeps the sockets of its shims outside the engine's folders; a killed shim leaves its own behind. */
function shimSockets(name: string): string[] {
  const [member] = processesOfNamespace(name);
  if (member === undefined) return [];
  try {
    const table = readFileSync(`/proc/${member}/net/unix`, 'utf8');
    return [...new Set(table.match(/\/run\/containerd\/s\/[0-9a-f]+/g) ?? [])];
  } catch {
    return [];
  }
}

/**
 * Deepest first, lazily: whatever still has a file open there is not worth waiting for. Throws if something stays
 * mounted, since what is removed next would be its files.
 */
function unmountBelow(folder: string): void {
  for (const point of mountsBelow(folder).reverse()) spawnSync('umount', ['-l', point]);
  const left = mountsBelow(folder);
  if (left.length > 0)
    throw new Error(`still mounted, so ${folder} stays: ${left.join(', ')}; unmount it by hand`);
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** The places in a run's folder, or the place itself. */
function placesIn(folder: string): string[] {
  if (placePattern.test(folder)) return [folder];
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => join(folder, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const folder of process.argv.slice(2).flatMap(placesIn)) await sweep(folder);
}
