/** Finds processes by what they carry, so that a sandbox ends its own and no others: by environment, namespace, cgroup. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Every process started for a place has this variable with the place's folder, and hands it to its children. */
export const placeVariable = 'SANDBOX_PLACE';

/** Ids of all processes, zombies included, but not the caller. */
function processIds(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Processes whose environment names the folder. */
export function processesOfPlace(folder: string): number[] {
  const entry = `${placeVariable}=${folder}`;
  return processIds().filter((pid) =>
    (readOrNothing(`/proc/${pid}/environ`) ?? '').split('\0').includes(entry),
  );
}

/** Processes in the network namespace `ip netns` knows by this name; none if there is no such namespace. */
export function processesOfNamespace(name: string): number[] {
  const inode = attempt(() => statSync(`/run/netns/${name}`).ino);
  if (inode === undefined) return [];
  return processIds().filter(
    (pid) => attempt(() => readlinkSync(`/proc/${pid}/ns/net`)) === `net:[${inode}]`,
  );
}

/** Whether the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  return stat !== undefined && !/^\d+ \(.*\) [ZX] /s.test(stat);
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readOrNothing(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

/** For what may vanish between the look and the touch: whatever fails, there is nothing to see. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
