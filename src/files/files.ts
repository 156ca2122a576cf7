/**
 * Rendered files on the host's disk. Each container gets folders of its own, named by its digest, so that preparing
 * a successor never changes what a running container sees, and whole folders are mounted, never single files.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComponentSpec } from '../desired/desired.js';
import type { TakenUp } from '../plan/observed.js';
import { folderName, foldersOf, namesIn, pathOf, putAll } from './folders.js';
import { readTakenUp, writeTakenUp } from './taken-up.js';

export interface FileRoom {
  /**
   * Writes what is missing or differs, and removes what was written and is not wanted any more. Returns container folder
   * to host folder. Repeatable. `kept`: files that change under the container stay as they are.
   */
  place(spec: ComponentSpec, live?: 'wanted' | 'kept'): Promise<ReadonlyMap<string, string>>;
  /** All files in folders of their own, for one check: made anew each time. */
  stage(spec: ComponentSpec): Promise<ReadonlyMap<string, string>>;
  unstage(spec: ComponentSpec): Promise<void>;
  /** What containers of the wanted digest have taken up; null: none has had these files. */
  takenUp(spec: ComponentSpec): Promise<TakenUp | null>;
  /** Whoever runs with these files has taken them up. */
  noteTakenUp(spec: ComponentSpec): Promise<void>;
  /** Removes the folders of a component but those of these digests. */
  prune(component: string, digests: ReadonlySet<string>): Promise<void>;
}

/** Beside those of digests, which hold no dot. */
const STAGE = '.check';

/** `folder` is the same path on the host as here: the engine mounts it from the host. */
export function openFileRoom(folder: string): FileRoom {
  const baseOf = (spec: ComponentSpec) => join(folder, spec.name, folderName(spec.digest));
  const stageOf = (spec: ComponentSpec) => join(folder, spec.name, STAGE);
  return {
    async place(spec, live = 'wanted') {
      const base = baseOf(spec);
      const folders = foldersOf(spec, base);
      await putAll(spec.shape.files, folders);
      if (live === 'kept') return folders;
      await putAll(spec.files.live, folders);
      const wanted = new Set([...spec.shape.files, ...spec.files.live].map(({ target }) => target));
      for (const target of (await readTakenUp(base))?.keys() ?? []) {
        const path = pathOf(target, folders);
        if (!wanted.has(target) && path !== null) await rm(path, { force: true });
      }
      return folders;
    },
    async stage(spec) {
      const base = stageOf(spec);
      await rm(base, { recursive: true, force: true });
      const folders = foldersOf(spec, base);
      await putAll([...spec.shape.files, ...spec.files.live], folders);
      return folders;
    },
    unstage: (spec) => rm(stageOf(spec), { recursive: true, force: true }),
    takenUp: (spec) => readTakenUp(baseOf(spec)),
    async noteTakenUp(spec) {
      const { live, validate } = spec.files;
      if (live.length + validate.length > 0) await writeTakenUp(baseOf(spec), live);
    },
    async prune(component, digests) {
      const kept = new Set([...digests].map(folderName));
      const room = join(folder, component);
      for (const name of await namesIn(room)) {
        if (name !== STAGE && !kept.has(name)) await rm(join(room, name), { recursive: true, force: true });
      }
    },
  };
}
