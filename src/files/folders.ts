/** Where a component's files are on the host, and how one is put in place. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ComponentSpec, RenderedFile } from '../desired/desired.js';
import { folderOf } from '../desired/files.js';

/** `1:3f2a…` as a folder's name. */
export function folderName(digest: string): string {
  return digest.replace(':', '-').slice(0, 34);
}

/**
 * Container folder to host folder, below `base`. Numbered, because container paths may hold anything; the order is part
 * of the container's digest.
 */
export function foldersOf(
  { shape }: Pick<ComponentSpec, 'shape'>,
  base: string,
): ReadonlyMap<string, string> {
  const made = shape.files.map(({ target }) => folderOf(target));
  const targets = [...new Set([...made, ...(shape.liveFolders ?? [])])];
  return new Map(targets.map((target, index) => [target, join(base, String(index))]));
}

/** The path on the host; null where no folder is for it. */
export function pathOf(target: string, folders: ReadonlyMap<string, string>): string | null {
  const folder = folders.get(folderOf(target));
  return folder === undefined ? null : join(folder, basename(target));
}

export async function putAll(
  files: readonly RenderedFile[],
  folders: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { target, content } of files) {
    const path = pathOf(target, folders);
    if (path !== null) await put(path, content);
  }
}

/** Readable by everybody: containers run as users of their own. Put in place whole, by renaming. */
export async function put(path: string, content: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(absent);
  if (present === content) return;
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const staged = join(folder, `.${basename(path)}.staged`);
  await writeFile(staged, content, { mode: 0o644 });
  await rename(staged, path);
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}

/** For `catch`: nothing there is an answer, anything else stays an error. */
export function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
    return;
  throw error;
}
