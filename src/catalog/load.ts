/** Reads the catalog's folder: `components/*.yaml`, `stacks/*.yaml` and `templates/*`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../desired/desired.js';
import { buildCatalog, type Catalog, type CatalogFile } from './catalog.js';

export type { Catalog } from './catalog.js';

/** Never rejects: what can't be read or used is in `problems`, and in the way of nothing else. */
export async function loadCatalog(folder: string): Promise<Catalog> {
  const [components, stacks, templates] = await Promise.all(
    ['components', 'stacks', 'templates'].map((name) => readFolder(join(folder, name))),
  );
  const listed = [components, stacks, templates].map((each) => each ?? { files: [], problems: [] });
  return buildCatalog({
    components: components?.files ?? [],
    stacks: stacks?.files ?? [],
    templates: templates?.files ?? [],
    problems: listed.flatMap((each) => each.problems),
  });
}

interface Folder {
  readonly files: readonly CatalogFile[];
  readonly problems: readonly Problem[];
}

async function readFolder(folder: string): Promise<Folder> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        path: join(folder, name),
        content: await readText(join(folder, name)),
      })),
    );
    return { files: files.filter(({ name }) => !/\.md$|~$/.test(name)), problems: [] };
  } catch (error) {
    return {
      files: [],
      problems: [
        {
          place: folder,
          message: `the folder can't be read (${faultOf(error)}): give the catalog's folder with --catalog`,
        },
      ],
    };
  }
}

async function readText(path: string): Promise<CatalogFile['content']> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { unreadable: 'the file is no UTF-8 text' };
    return { unreadable: `the file can't be read (${faultOf(error)})` };
  }
}

function faultOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
