/** The cgroup under which one engine keeps its containers: all of them can be found and ended through it, v1 or v2. */
import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes of every container of the engine. */
export function processesOfCgroup(name: string): number[] {
  return folders(name).flatMap((folder) => {
    try {
      return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

/** Thaws paused containers: a frozen process does not die of SIGKILL. */
export function thawCgroup(name: string): void {
  for (const folder of folders(name)) {
    for (const [file, word] of [
      ['freezer.state', 'THAWED'],
      ['cgroup.freeze', '0'],
    ] as const) {
      try {
        writeFileSync(join(folder, file), word, { flag: 'r+' });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }
}

/** Another hierarchy's file, or a cgroup whose last process has just ended. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENODEV');
}

/** Removes the empty cgroups, deepest first; one that is still in use stays. */
export function removeCgroup(name: string): void {
  for (const folder of folders(name).reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      // Busy for a moment after its last process: the caller comes back.
    }
  }
}

/** The cgroup and all below it, in every hierarchy, parents first. */
function folders(name: string): string[] {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return [];
  const hierarchies = existsSync(join(root, 'cgroup.controllers'))
    ? [root]
    : readdirSync(root).map((hierarchy) => join(root, hierarchy));
  return hierarchies.map((hierarchy) => join(hierarchy, name)).flatMap(below);
}

function below(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return [
      folder,
      ...entries.filter((entry) => entry.isDirectory()).flatMap((entry) => below(join(folder, entry.name))),
    ];
  } catch {
    return [];
  }
}
