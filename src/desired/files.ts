/** A component's files, told apart by what a change of them needs. Pure. */
import type { FileSet, LiveFile, RenderedFile } from './desired.js';
import { contentHash, filesDigest } from './digest.js';

/** A file as its definition gives it. */
export interface GivenFile extends RenderedFile {
  readonly onChange: LiveFile['onChange'] | 'recreate';
  readonly validate: readonly string[] | null;
}

export interface SortedFiles {
  /** Part of what the container is made of. */
  readonly made: readonly RenderedFile[];
  readonly live: readonly LiveFile[];
  /** Each command once, in the order in which they are given. */
  readonly validate: FileSet['validate'];
}

export function sortFiles(files: readonly GivenFile[]): SortedFiles {
  const commands = files.flatMap(({ validate }) => (validate === null ? [] : [validate]));
  return {
    made: files.flatMap(({ target, content, onChange }) =>
      onChange === 'recreate' ? [{ target, content }] : [],
    ),
    live: files.flatMap(({ target, content, onChange }) =>
      onChange === 'recreate' ? [] : [{ target, content, digest: contentHash(content), onChange }],
    ),
    validate: [...new Map(commands.map((command) => [command.join('\0'), command])).values()],
  };
}

/** Of a file inside the container: what is mounted, as a whole. */
export function folderOf(target: string): string {
  return target.slice(0, target.lastIndexOf('/')) || '/';
}

/** Folders that have to be mounted for files to change in them; undefined: none, which leaves no trace in a digest. */
export function liveFolders(live: readonly LiveFile[]): readonly string[] | undefined {
  const folders = [...new Set(live.map(({ target }) => folderOf(target)))].sort();
  return folders.length === 0 ? undefined : folders;
}

/** `digest` is the container's. */
export function fileSetOf({ live, validate }: SortedFiles, digest: string): FileSet {
  return { live, validate, digest: filesDigest({ container: digest, live, validate }) };
}
