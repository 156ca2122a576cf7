/** Reads the settings file: every key with its text and its line, and what is wrong with its form. */
import { readFile } from 'node:fs/promises';
import type { Problem } from '../desired/desired.js';

export const DEFAULT_FILE = '/etc/katod/katod.yaml';

export interface FileEntry {
  /** Dotted, such as `etcd.endpoints`. */
  readonly key: string;
  readonly text: string;
  /** Path and line. */
  readonly place: string;
}

export interface FileContent {
  readonly entries: readonly FileEntry[];
  readonly problems: readonly Problem[];
}

/** @param named whether somebody asked for this file: then it must be there. `place` tells who did. */
export async function readSettingsFile(
  file: string,
  named: { readonly place: string } | null,
): Promise<FileContent> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' && named === null) return { entries: [], problems: [] };
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${String(code)})`;
    return { entries: [], problems: [{ place: named?.place ?? file, message: `${file}: ${why}` }] };
  }
  // Loaded here, since most commands run where no file is.
  const { parseSettingsText } = await import('./file-text.js');
  return parseSettingsText(file, text);
}
