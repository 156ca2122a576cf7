/** `katod validate`: what is wrong with a catalog, with some of its files, or with definitions that lie elsewhere. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Catalog, type CatalogFile, unknownComponents } from '../catalog/catalog.js';
import { loadCatalog } from '../catalog/load.js';
import { isName, NAME_RULE } from '../catalog/name.js';
import { readOverlay } from '../catalog/overlay.js';
import { readStack } from '../catalog/stack.js';
import { undeclaredParameters } from '../catalog/undeclared.js';
import { readYaml } from '../catalog/yaml.js';
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
    case 'catalog': {
      const found = await loadCatalog(path);
      return [...found.problems, ...undeclaredParameters(found)];
    }
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
  const all = [...catalog.problems, ...undeclaredParameters(catalog)];
  const own = all.filter(({ place }) => place === path || place.startsWith(`${path}:`));
  const refused =
    basename(dirname(path)) === 'components' ? catalog.refused.components : catalog.refused.stacks;
  const needed = refused.get(basename(path, '.yaml')) ?? [];
  return [...own, ...needed.filter((problem) => !own.some(({ place }) => place === problem.place))];
}

/** Of a file that lies elsewhere: a stack, or what is to be put at `cluster/components/NAME`. */
async function problemsOfFile(path: string, folder: string): Promise<readonly Problem[]> {
  const { name: file, content } = await readCatalogFile(path);
  if ('unreadable' in content) return [{ place: path, message: content.unreadable }];
  const catalog = await loadCatalog(folder);
  const name = file.replace(/\.yaml$/, '');
  if (/^roles:/m.test(content.text)) return problemsOfStack({ path, name, text: content.text }, catalog);
  if (!isName(name))
    return [{ place: path, message: `the file's name must be NAME.yaml, and NAME ${NAME_RULE}` }];
  const onto = catalog.components.get(name) ?? null;
  const read = readOverlay({
    name,
    text: content.text,
    place: path,
    onto,
    findTemplate: catalog.findTemplate,
  });
  return read.ok ? [] : read.problems;
}

function problemsOfStack(
  { path, name, text }: { readonly path: string; readonly name: string; readonly text: string },
  { components, refused }: Catalog,
): readonly Problem[] {
  const yaml = readYaml(text, path);
  if (!yaml.ok) return yaml.problems;
  const read = readStack(yaml.value, yaml.places, name);
  if (!read.ok) return read.problems;
  return unknownComponents(path, read.stack, new Set([...components.keys(), ...refused.components.keys()]));
}

async function readCatalogFile(path: string): Promise<CatalogFile> {
  const name = basename(path);
  try {
    return { path, name, content: { text: await readFile(path, 'utf8') } };
  } catch (error) {
    return { path, name, content: { unreadable: `the file can't be read (${String(error)})` } };
  }
}
