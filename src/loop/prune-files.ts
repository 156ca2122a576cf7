/** Rendered files of containers that are no more. */
import type { Logger } from 'pino';
import type { Desired } from '../desired/desired.js';
import { inForceOf } from '../desired/in-force.js';
import type { FileRoom } from '../files/files.js';
import type { Observed } from '../plan/observed.js';
import { messageOf } from './outcome.js';

/** Removes the files of a component but those of these digests. Never rejects: files that stay harm nobody. */
export async function pruneFiles(
  { files, log }: { readonly files: FileRoom; readonly log: Pick<Logger, 'warn'> },
  component: string,
  digests: ReadonlySet<string>,
): Promise<void> {
  try {
    await files.prune(component, digests);
  } catch (error) {
    log.warn({ component, problem: messageOf(error) }, 'old files not removed');
  }
}

/** The digests of a component that something is still made of once a container is removed, or is to be. */
export function digestsLeft(
  removed: { readonly component: string; readonly id: string },
  observed: Observed | null,
  desired: Desired,
): ReadonlySet<string> {
  const { component } = removed;
  const left = (observed?.own ?? []).filter((it) => it.component === component && it.id !== removed.id);
  const spec = inForceOf(desired, component);
  return new Set([...left.map(({ digest }) => digest), ...(spec === null ? [] : [spec.digest])]);
}
