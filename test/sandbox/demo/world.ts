/** What is true on the demo's host, asked of the Docker Engine itself and not of the agent. */
import { readFileSync } from 'node:fs';
import type { Host } from '../host.js';
import { processesOfPlace } from '../process-list.js';

export interface Container {
  readonly component: string;
  readonly id: string;
  readonly running: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
}

const label = 'io.katod.component';

/** All containers of the engine, sorted by their start. */
export async function containersOn({ docker }: Pick<Host, 'docker'>): Promise<readonly Container[]> {
  const ids = lines(await docker('ps', '--all', '--quiet', '--no-trunc'));
  if (ids.length === 0) return [];
  const format = `{{index .Config.Labels "${label}"}} {{.Id}} {{.State.Running}} {{.State.StartedAt}}`;
  return lines(await docker('inspect', '--format', format, ...ids))
    .map((line) => {
      const [component = '', id = '', running, startedAt = ''] = line.split(' ');
      return { component, id, running: running === 'true', startedAt };
    })
    .sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1));
}

/** One line for each container: two that are equal mean that no container was touched in between. */
export function fingerprint(containers: readonly Container[]): string {
  return containers
    .map(({ component, id, running, startedAt }) => `${component} ${id} ${running} ${startedAt}`)
    .sort()
    .join('\n');
}

/** The components whose containers ended after this moment (milliseconds since 1970), in that order. */
export async function endedSince(
  { docker }: Pick<Host, 'docker'>,
  since: number,
): Promise<readonly string[]> {
  const window = ['--since', (since / 1000).toFixed(3), '--until', (Date.now() / 1000).toFixed(3)];
  const format = `{{index .Actor.Attributes "${label}"}}`;
  return lines(await docker('events', ...window, '--filter', 'event=die', '--format', format));
}

export async function volumesOn({ docker }: Pick<Host, 'docker'>): Promise<readonly string[]> {
  return lines(await docker('volume', 'ls', '--quiet'));
}

/** The process id of a program on the host; throws where it does not run. */
export function processOn({ folder }: Pick<Host, 'folder'>, program: string): number {
  const found = processesOfPlace(folder).find(
    (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program,
  );
  if (found === undefined) throw new Error(`${program} does not run`);
  return found;
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
