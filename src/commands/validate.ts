/**
 * `katod validate`: what is wrong with a catalog, with some of its files, or with definitions that lie elsewhere; and
 * which of them nobody has run yet.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Catalog, type CatalogFile, unknownComponents } from '../catalog/catalog.js';
import { loadCatalog } from '../catalog/load.js';
import { isName, NAME_RULE } from '../catalog/name.js';
import { readOverlay } from '../catalog/overlay.js';
import { readStack } from '../catalog/stack.js';
import { undeclaredParameters } from '../catalog/undeclared.js';
import { untestedIn, untestedMeans } from '../catalog/untested.js';
import { readYaml } from '../catalog/yaml.js';
import type { Problem } from '../desired/desired.js';
import { loadSome } from '../settings/load.js';
import { exitCode, type Invocation } from './command.js';
import { problemLines, withSettings } from './refuse.js';

const FOLDERS = ['components', 'stacks', 'templates'] as const;

export async function validate({ sources, switches, words }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, ['catalog']), async ({ catalog }) => {
    const paths = words.length === 0 ? [catalog] : words.map((word) => resolve(word));
    const found = joined(await Promise.all(paths.map((path) => lookAt(path, catalog))));
    process.stdout.write(switches.has('json') ? `${JSON.stringify(found, null, 2)}\n` : textOf(found));
    return found.problems.length === 0 ? exitCode.done : exitCode.failed;
  });
}

interface Found {
  readonly problems: readonly Problem[];
  /** Components that are marked so. */
  readonly untested: readonly string[];
}

function joined(all: readonly Found[]): Found {
  const untested = new Set(all.flatMap((each) => each.untested));
  return { problems: all.flatMap(({ problems }) => problems), untested: [...untested] };
}

function textOf({ problems, untested }: Found): string {
  const text = problems.length === 0 ? 'no problems\n' : problemLines(problems);
  return untested.length === 0 ? text : `${text}untested (${untestedMeans}): ${untested.join(', ')}\n`;
}

function wrong(problems: readonly Problem[]): Found {
  return { problems, untested: [] };
}

async function lookAt(path: string, catalog: string): Promise<Found> {
  const kind = await kindOf(path);
  switch (kind) {
    case 'missing':
      return wrong([{ place: path, message: 'there is no such file or folder' }]);
    case 'catalog': {
      const found = await loadCatalog(path);
      const problems = [...found.problems, ...undeclaredParameters(found)];
      return { problems, untested: untestedIn(found) };
    }
    case 'folder': {
      const names = (await readdir(path)).filter((name) => name.endsWith('.yaml')).sort();
      if (names.length === 0)
        return wrong([{ place: path, message: 'neither a catalog nor a folder of NAME.yaml files' }]);
      return joined(await Promise.all(names.map((name) => lookAt(join(path, name), catalog))));
    }
    case 'member':
      return lookAtMember(path, await loadCatalog(dirname(dirname(path))));
    case 'file':
      return lookAtFile(path, catalog);
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
function lookAtMember(path: string, catalog: Catalog): Found {
  const all = [...catalog.problems, ...undeclaredParameters(catalog)];
  const own = all.filter(({ place }) => place === path || place.startsWith(`${path}:`));
  const isComponent = basename(dirname(path)) === 'components';
  const refused = isComponent ? catalog.refused.components : catalog.refused.stacks;
  const name = basename(path, '.yaml');
  const needed = refused.get(name) ?? [];
  const problems = [...own, ...needed.filter((problem) => !own.some(({ place }) => place === problem.place))];
  return { problems, untested: isComponent ? untestedIn(catalog).filter((each) => each === name) : [] };
}

/** Of a file that lies elsewhere: a stack, or what is to be put at `cluster/components/NAME`. */
async function lookAtFile(path: string, folder: string): Promise<Found> {
  const { name: file, content } = await readCatalogFile(path);
  if ('unreadable' in content) return wrong([{ place: path, message: content.unreadable }]);
  const catalog = await loadCatalog(folder);
  const name = file.replace(/\.yaml$/, '');
  if (/^roles:/m.test(content.text))
    return wrong(problemsOfStack({ path, name, text: content.text }, catalog));
  if (!isName(name))
    return wrong([{ place: path, message: `the file's name must be NAME.yaml, and NAME ${NAME_RULE}` }]);
  const onto = catalog.components.get(name) ?? null;
  const read = readOverlay({
    name,
    text: content.text,
    place: path,
    onto,
    findTemplate: catalog.findTemplate,
  });
  if (!read.ok) return wrong(read.problems);
  return { problems: [], untested: read.definition.untested ? [name] : [] };
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
