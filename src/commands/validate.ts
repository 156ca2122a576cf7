/** `katod validate`: what is wrong with a catalog, with some of its files, or with definitions that lie elsewhere. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buildCatalog, type Catalog, type CatalogFile } from '../catalog/catalog.js';
import { loadCatalog } from '../catalog/load.js';
import type { Problem } from '../desired/desired.js';
import { loadSome } from '../settings/load.js';
import { exitCode, type Invocation } from './command.js';
import { problemLines, withSettings } from './refuse.js';

const FOLDERS = ['components', 'stacks', 'templates'] as const;

export async function validate({ sources, switches, words }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, ['catalog']), async ({ catalog }) => {
    const paths = words.length === 0 ? [catalog] : words.map((word) => resolve(word));
    const found = (await Promise.all(paths.map((path) => problemsOf(path, catalog)))).flat();
    if (switches.has('json')) process.stdout.write(`${JSON.stringify({ problems: found }, null, 2)}\n`);
    else process.stdout.write(found.length === 0 ? 'no problems\n' : problemLines(found));
    return found.length === 0 ? exitCode.done : exitCode.failed;
  });
}

async function problemsOf(path: string, catalog: string): Promise<readonly Problem[]> {
  const kind = await kindOf(path);
  switch (kind) {
    case 'missing':
      return [{ place: path, message: 'there is no such file or folder' }];
    case 'catalog':
      return (await loadCatalog(path)).problems;
    case 'folder': {
      const names = (await readdir(path)).filter((name) => name.endsWith('.yaml')).sort();
      if (names.length === 0)
        return [{ place: path, message: 'neither a catalog nor a folder of NAME.yaml files' }];
      return (await Promise.all(names.map((name) => problemsOf(join(path, name), catalog)))).flat();
    }
    case 'member':
      return problemsOfMember(path, await loadCatalog(dirname(dirname(path))));
    case 'file':
      return problemsOfFile(path, catalog);
  }
}

async function kindOf(path: string): Promise<'missing' | 'catalog' | 'folder' | 'member' | 'file'> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (found === null) return 'missing';
  if (!found.isDirectory()) return isMember(path) ? 'member' : 'file';
  const inside = await readdir(path);
  return FOLDERS.some((name) => inside.includes(name)) ? 'catalog' : 'folder';
}

function isMember(path: string): boolean {
  const folder = basename(dirname(path));
  return FOLDERS.some((name) => name === folder);
}

/** Of a file in a catalog: what is said of it, and of the templates that it can't do without. */
function problemsOfMember(path: string, catalog: Catalog): readonly Problem[] {
  const own = catalog.problems.filter(({ place }) => place === path || place.startsWith(`${path}:`));
  const refused =
    basename(dirname(path)) === 'components' ? catalog.refused.components : catalog.refused.stacks;
  const needed = refused.get(basename(path, '.yaml')) ?? [];
  return [...own, ...needed.filter((problem) => !own.some(({ place }) => place === problem.place))];
}

/** Of a file that lies elsewhere: it finds its templates or components where the settings' catalog has them. */
async function problemsOfFile(path: string, catalog: string): Promise<readonly Problem[]> {
  const file = await readCatalogFile(path);
  const isStack = 'text' in file.content && /^roles:/m.test(file.content.text);
  const built = buildCatalog({
    components: isStack ? await readFolder(join(catalog, 'components')) : [file],
    stacks: isStack ? [file] : [],
    templates: await readFolder(join(catalog, 'templates')),
    problems: [],
  });
  return built.problems.filter(({ place }) => place === path || place.startsWith(`${path}:`));
}

/** Nothing where the folder can't be read: the file under test then misses what it names, and that is said. */
async function readFolder(folder: string): Promise<readonly CatalogFile[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.filter((name) => !name.endsWith('.md')).map((name) => readCatalogFile(join(folder, name))),
  );
}

async function readCatalogFile(path: string): Promise<CatalogFile> {
  const name = basename(path);
  try {
    return { path, name, content: { text: await readFile(path, 'utf8') } };
  } catch (error) {
    return { path, name, content: { unreadable: `the file can't be read (${String(error)})` } };
  }
}
