/** The catalog: every component and stack that can be read, and why the others can't. Made of texts, without I/O. */
import type { Problem } from '../desired/desired.js';
import { suggestion } from '../settings/nearest.js';
import { isName, NAME_RULE } from './name.js';
import { type Definition, type FindTemplate, readDefinition, type TemplateFile } from './read-definition.js';
import { readStack, type Stack } from './stack.js';
import { compileTemplate } from './template.js';
import { DEFINITION_NAMES } from './template-names.js';
import { readYaml } from './yaml.js';

export interface Catalog {
  readonly components: ReadonlyMap<string, Definition>;
  readonly stacks: ReadonlyMap<string, Stack>;
  /** Files that are there and can't be used, by the name they should have had. */
  readonly refused: {
    readonly components: ReadonlyMap<string, readonly Problem[]>;
    readonly stacks: ReadonlyMap<string, readonly Problem[]>;
  };
  /** All that is wrong, sorted by place; each blocks its own file alone. */
  readonly problems: readonly Problem[];
  readonly findTemplate: FindTemplate;
  /**
   * Of a component that the store has changed: what is in force where the change is refused, the best first. Whoever
   * is not in it has none but its own definition.
   */
  readonly fallbacks: ReadonlyMap<string, readonly Definition[]>;
}

/** One file: its path for messages, and its text or why it can't be read. */
export interface CatalogFile {
  readonly path: string;
  /** File name without folder. */
  readonly name: string;
  readonly content: { readonly text: string } | { readonly unreadable: string };
}

export interface CatalogFiles {
  readonly components: readonly CatalogFile[];
  readonly stacks: readonly CatalogFile[];
  readonly templates: readonly CatalogFile[];
  /** Folders that could not be listed. */
  readonly problems: readonly Problem[];
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function buildCatalog(files: CatalogFiles): Catalog {
  const templates = new Map(files.templates.map((file) => [file.name, readTemplate(file)]));
  const findTemplate: FindTemplate = (name) => {
    const found = templates.get(name);
    if (found === undefined) return null;
    return found.ok ? found.value : found.problems;
  };
  const components = readAll(files.components, (file, name) => readComponent(file, name, findTemplate));
  const stacks = readAll(files.stacks, readStackFile);
  const known = new Set([...components.good.keys(), ...components.refused.keys()]);
  const all = [
    ...files.problems,
    ...[...templates.values()].flatMap((template) => (template.ok ? [] : template.problems)),
    ...components.problems,
    ...stacks.problems,
    ...[...stacks.good].flatMap(([name, stack]) =>
      unknownComponents(
        files.stacks.find((file) => file.name === `${name}.yaml`)?.path ?? name,
        stack,
        known,
      ),
    ),
  ];
  const problems = new Map(all.map((problem) => [`${problem.place}\n${problem.message}`, problem]));
  return {
    components: components.good,
    stacks: stacks.good,
    refused: { components: components.refused, stacks: stacks.refused },
    problems: [...problems.values()].sort((one, other) => byPlace.compare(one.place, other.place)),
    findTemplate,
    fallbacks: new Map(),
  };
}

function readTemplate({ path, content }: CatalogFile): Outcome<TemplateFile> {
  if ('unreadable' in content) return { ok: false, problems: [{ place: path, message: content.unreadable }] };
  const compiled = compileTemplate(content.text, DEFINITION_NAMES);
  if (compiled.ok) return { ok: true, value: { path, template: compiled.template } };
  const { at, message } = compiled.flaw;
  return {
    ok: false,
    problems: [{ place: at === null ? path : `${path}:${at.line}:${at.column}`, message }],
  };
}

function readComponent(file: CatalogFile, name: string, findTemplate: FindTemplate): Outcome<Definition> {
  const yaml = readText(file);
  if (!yaml.ok) return yaml;
  const from = { kind: 'catalog' } as const;
  const read = readDefinition(yaml.value, { places: yaml.places, expected: name, from, findTemplate });
  return read.ok ? { ok: true, value: read.definition } : read;
}

function readStackFile(file: CatalogFile, name: string): Outcome<Stack> {
  const yaml = readText(file);
  if (!yaml.ok) return yaml;
  const read = readStack(yaml.value, yaml.places, name);
  return read.ok ? { ok: true, value: read.stack } : read;
}

function readText({ path, content }: CatalogFile): ReturnType<typeof readYaml> {
  if ('unreadable' in content) return { ok: false, problems: [{ place: path, message: content.unreadable }] };
  return readYaml(content.text, path);
}

function readAll<T>(files: readonly CatalogFile[], read: (file: CatalogFile, name: string) => Outcome<T>) {
  const good = new Map<string, T>();
  const refused = new Map<string, readonly Problem[]>();
  for (const file of [...files].sort((one, other) => compare(one.name, other.name))) {
    const name = file.name.replace(/\.yaml$/, '');
    const outcome: Outcome<T> = isName(name)
      ? read(file, name)
      : {
          ok: false,
          problems: [
            { place: file.path, message: `the file's name must be NAME.yaml, and NAME ${NAME_RULE}` },
          ],
        };
    if (outcome.ok) good.set(name, outcome.value);
    else refused.set(name, outcome.problems);
  }
  return { good, refused, problems: [...refused.values()].flat() };
}

/** Said of the stack, which stays usable: the role's other components are not to suffer. */
export function unknownComponents(
  place: string,
  { roles }: Stack,
  known: ReadonlySet<string>,
): readonly Problem[] {
  return [...roles].flatMap(([role, { components }]) =>
    components
      .filter((component) => !known.has(component))
      .map((component) => ({
        place,
        message: `roles.${role}.components: there is no component ${component}${suggestion(component, known)}`,
      })),
  );
}

/** Line 9 before line 10. */
const byPlace = new Intl.Collator('en', { numeric: true });

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
