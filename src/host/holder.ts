/** Who holds a socket: from its inode to the process, and from there to its container. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Listener } from './listener.js';

export interface Holder {
  readonly pid: number;
  /** The command's name as the kernel has it, at most 15 characters. */
  readonly command: string;
  /** Full id of the container that the process runs in, or null. */
  readonly containerId: string | null;
}

/**
 * The process with the lowest id that has the socket open; null when it can't be told: gone, the kernel's own, or
 * hidden by rights or a namespace. Looks at every process, so ask only when there is something to explain.
 */
export async function holderOf(listener: Listener): Promise<Holder | null> {
  if (listener.inode === '0') return null;
  const link = `socket:[${listener.inode}]`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // Of a server and its workers, the server: it started first.
  for (const pid of pids.sort((one, other) => one - other)) {
    if (!(await hasOpen(pid, link))) continue;
    const command = (await readOr(`/proc/${pid}/comm`, '')).trim();
    if (command === '') continue;
    return { pid, command, containerId: containerIn(await readOr(`/proc/${pid}/cgroup`, '')) };
  }
  return null;
}

/** The holder in words, for a sentence such as "port 80 is held by …". */
export function holderText(holder: Holder | null): string {
  if (holder === null) return 'another process';
  const { pid, command, containerId } = holder;
  const inside = containerId === null ? '' : ` in container ${containerId.slice(0, 12)}`;
  return `${command} (process ${pid}${inside})`;
}

/** The container's id in the text of `/proc/PID/cgroup`, whichever cgroup version or driver wrote it. */
export function containerIn(cgroups: string): string | null {
  return /[/-]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m.exec(cgroups)?.[1] ?? null;
}

async function hasOpen(pid: number, link: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return false; // It has ended since, or is not ours to look at.
  }
  for (const name of names) {
    try {
      if ((await readlink(`${folder}/${name}`)) === link) return true;
    } catch {
      // Closed since.
    }
  }
  return false;
}

async function readOr(path: string, fallback: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return fallback; // The process has ended since.
  }
}
