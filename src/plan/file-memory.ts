/** What is remembered of a component's files: since when they are wanted, and what their own program said. Data in, data out. */
import type { ComponentSpec } from '../desired/desired.js';
import type { Memory } from './memory.js';

export interface FileMemory {
  /** Of the files that were last seen to be wanted. */
  readonly digest: string | null;
  /** When the first of the changes was seen that are one; milliseconds of the loop's clock. */
  readonly since: number;
  /** The last check that came to an answer. */
  readonly checked: {
    readonly digest: string /** Null: accepted. */;
    readonly refused: string | null;
  } | null;
}

/** Changes within so many milliseconds are one. */
export const GATHERING = 1_000;

export const NO_FILES: FileMemory = { digest: null, since: 0, checked: null };

/** Takes in which files are wanted; the same object where nothing has changed. */
export function noticeFiles(before: FileMemory, { files }: ComponentSpec, now: number): FileMemory {
  if (files.digest === before.digest) return before;
  const gathers = before.digest !== null && now < before.since + GATHERING;
  return { ...before, digest: files.digest, since: gathers ? before.since : now };
}

/** Takes in the answer of a check. */
export function rememberCheck(
  before: FileMemory,
  { files }: ComponentSpec,
  refused: string | null,
): FileMemory {
  return { ...before, checked: { digest: files.digest, refused } };
}

/** An operator asks: files that were refused are checked anew. */
export function forgetRefusals(memory: Memory): Memory {
  const components = [...memory.components].map(([name, it]) => {
    const { checked } = it.files;
    return [name, checked?.refused == null ? it : { ...it, files: { ...it.files, checked: null } }] as const;
  });
  return { ...memory, components: new Map(components) };
}
