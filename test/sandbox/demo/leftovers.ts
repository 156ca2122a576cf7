/** What is left of a host after its end: looked for at the system itself. */
import { existsSync, readFileSync } from 'node:fs';
import type { Host } from '../host.js';
import { isAlive, processesOfPlace } from '../process-list.js';

/** One line for each thing that should be gone. */
export function leftoversOf({ name, folder }: Pick<Host, 'name' | 'folder'>): readonly string[] {
  const processes = processesOfPlace(folder).filter(isAlive);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder) || line.includes(`/netns/${name} `));
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...mounts.map((line) => `mount ${line.split(' ')[4]}`),
    ...[`/run/netns/${name}`, folder].filter((path) => existsSync(path)),
  ];
}
