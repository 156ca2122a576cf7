/**
 * Rendered files on the host's disk. Each container gets folders of its own, named by its digest, so that preparing
 * a successor never changes what a running container sees, and whole folders are mounted, never single files.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ComponentSpec, RenderedFile } from '../desired/desired.js';

export interface FileRoom {
  /** Writes what is missing or differs. Returns container folder to host folder. Repeatable. */
  place(spec: ComponentSpec): Promise<ReadonlyMap<string, string>>;
  /** Removes the folders of a component but those of these digests. */
  prune(component: string, digests: ReadonlySet<string>): Promise<void>;
}

/** `folder` is the same path on the host as here: the engine mounts it from the host. */
export function openFileRoom(folder: string): FileRoom {
  return {
    async place(spec) {
      const folders = foldersOf(spec, join(folder, spec.name, folderName(spec.digest)));
      for (const file of spec.shape.files) {
        const host = folders.get(dirname(file.target));
        if (host !== undefined) await put(file, host);
      }
      return folders;
    },
    async prune(component, digests) {
      const kept = new Set([...digests].map(folderName));
      const room = join(folder, component);
      for (const name of await namesIn(room)) {
        if (!kept.has(name)) await rm(join(room, name), { recursive: true, force: true });
      }
    },
  };
}

/** `1:3f2a…` as a folder's name. */
function folderName(digest: string): string {
  return digest.replace(':', '-').slice(0, 34);
}

/** Numbered, because container paths may hold anything. The order of `files` is part of the digest. */
function foldersOf(spec: ComponentSpec, base: string): ReadonlyMap<string, string> {
  const targets = [...new Set(spec.shape.files.map((file) => dirname(file.target)))];
  return new Map(targets.map((target, index) => [target, join(base, String(index))]));
}

/** Readable by everybody: containers run as users of their own. Put in place whole, by renaming. */
async function put(file: RenderedFile, host: string): Promise<void> {
  const path = join(host, basename(file.target));
  const present = await readFile(path, 'utf8').catch(absent);
  if (present === file.content) return;
  await mkdir(host, { recursive: true, mode: 0o755 });
  const staged = join(host, `.${basename(file.target)}.staged`);
  await writeFile(staged, file.content, { mode: 0o644 });
  await rename(staged, path);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
    return;
  throw error;
}
