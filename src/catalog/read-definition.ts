/** From a definition's YAML to all that is known of it before any node renders it. */
import type { Problem } from '../desired/desired.js';
import { definitionSchema } from './definition.js';
import { check, toProblem } from './issues.js';
import { compileExpression, compileTemplate, isTemplate, type Template } from './template.js';
import { DEFINITION_NAMES, ITEM_NAMES, joinUses, type KnownNames, type ScopeUse } from './template-names.js';
import { isMapping, type Path, type Places, type Plain, pathText, placeOf } from './yaml.js';

/** A file of the catalog's `templates` folder. */
export interface TemplateFile {
  readonly path: string;
  readonly template: Template;
}

export interface Definition {
  readonly name: string;
  /** Whose it is. The catalog is trusted; what the store makes of it is judged by the policy. */
  readonly from: DefinitionSource;
  /** As it is written. */
  readonly description: string;
  /** Written from documents alone: nobody has run it yet. */
  readonly untested: boolean;
  readonly document: { readonly [key: string]: Plain };
  readonly places: Places;
  /** By path in the document; an `each` stands at its own path. */
  readonly templates: ReadonlyMap<string, Template>;
  /** Template files that it names. */
  readonly files: ReadonlyMap<string, TemplateFile>;
  /** What it and its files use. */
  readonly uses: ScopeUse;
}

export type DefinitionSource =
  | { readonly kind: 'catalog' }
  /** `onto`: the catalog's definition that it was merged onto; null: a new one. */
  | { readonly kind: 'store'; readonly onto: Definition | null };

/** What the `templates` folder has under a name; problems: it is there, and refused. */
export type FindTemplate = (name: string) => TemplateFile | readonly Problem[] | null;

export type ReadDefinition =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const schema = definitionSchema(false);

/**
 * Characters of template code in one definition: several times the most that is shipped. Compiling takes some
 * microseconds for each. Files of the `templates` folder do not count.
 */
const MOST_CODE = 4_096;

export interface ReadOptions {
  readonly places: Places;
  /** The name that its file or key has. */
  readonly expected: string;
  readonly from: DefinitionSource;
  readonly findTemplate: FindTemplate;
}

export function readDefinition(
  document: Plain,
  { places, expected, from, findTemplate }: ReadOptions,
): ReadDefinition {
  const checked = check(schema, withoutEach(document));
  const problems = checked.ok ? [] : checked.issues.map((issue) => toProblem(issue, places));
  const templates = new Map<string, Template>();
  const fault = (path: Path, message: string) =>
    void problems.push({ place: placeOf(places, path), message: `${pathText(path)}: ${message}` });

  if (!isMapping(document)) return { ok: false, problems };
  if (codeIn(document) > MOST_CODE) {
    const message = `more than ${MOST_CODE} characters between {{ and }} and {% and %}: move them to a file in templates`;
    return { ok: false, problems: [{ place: places.file, message }] };
  }
  compileAll(document, [], { templates, fault, known: DEFINITION_NAMES });
  if (document.name !== expected && typeof document.name === 'string') {
    fault(['name'], `must be ${expected}, as the ${from.kind === 'catalog' ? 'file is named' : 'key says'}`);
  }
  const files = new Map<string, TemplateFile>();
  for (const [path, name] of templateNames(document)) {
    const found = findTemplate(name);
    if (found === null) fault(path, `there is no ${name} among the templates`);
    else if ('template' in found) files.set(name, found);
    else problems.push(...found);
  }
  if (problems.length > 0) return { ok: false, problems };
  const used = joinUses(
    [...templates.values(), ...[...files.values()].map((file) => file.template)].map((each) => each.uses),
  );
  // The number that is looked for in its data is the ensemble's.
  const uses = { ...used, ownEnsemble: used.ownEnsemble || document.ensembleId !== undefined };
  const description = String(document.description);
  const untested = document.untested === 'true';
  const definition = {
    name: expected,
    from,
    description,
    untested,
    document,
    places,
    templates,
    files,
    uses,
  };
  return { ok: true, definition };
}

/** Whether an item of a list stands for one item per element of an expression. */
export function isEach(item: Plain): item is { readonly each: Plain; readonly value: Plain } {
  return isMapping(item) && Object.hasOwn(item, 'each');
}

/** The shape that remains: an `each` gives items of the form of its value. One without a value is told of elsewhere. */
function withoutEach(value: Plain): Plain {
  if (Array.isArray(value)) {
    return value.flatMap((item: Plain) => {
      if (!isEach(item)) return [withoutEach(item)];
      return Object.hasOwn(item, 'value') ? [withoutEach(item.value)] : [];
    });
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutEach(inner)]));
}

function codeIn(value: Plain): number {
  if (typeof value === 'string') {
    return [...value.matchAll(/\{[{%][\s\S]*?(?:[%}]\}|$)/g)].reduce((sum, [code]) => sum + code.length, 0);
  }
  return Object.values(value ?? {}).reduce((sum: number, inner: Plain) => {
    // An expression is code as a whole.
    const expression = isEach(inner) && typeof inner.each === 'string' ? inner.each.length : 0;
    return sum + expression + codeIn(inner);
  }, 0);
}

interface Compiling {
  readonly templates: Map<string, Template>;
  readonly fault: (path: Path, message: string) => void;
  readonly known: KnownNames;
}

function compileAll(value: Plain, path: Path, compiling: Compiling): void {
  if (typeof value === 'string') {
    if (isTemplate(value)) keep(compileTemplate(value, compiling.known), path, compiling);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (isEach(item)) compileEach(item, [...path, index], compiling);
      else compileAll(item, [...path, index], compiling);
    }
  } else if (isMapping(value)) {
    for (const [key, inner] of Object.entries(value)) compileAll(inner, [...path, key], compiling);
  }
}

function compileEach(
  item: { readonly each: Plain; readonly value: Plain },
  path: Path,
  compiling: Compiling,
): void {
  const keys = Object.keys(item);
  if (typeof item.each !== 'string' || keys.length !== 2 || !keys.includes('value')) {
    compiling.fault(path, 'an item with each has an expression as each, a value, and nothing else');
    return;
  }
  keep(compileExpression(item.each, compiling.known), [...path, 'each'], compiling);
  compileAll(item.value, [...path, 'value'], { ...compiling, known: ITEM_NAMES });
}

function keep(
  compiled: ReturnType<typeof compileTemplate>,
  path: Path,
  { templates, fault }: Compiling,
): void {
  if (compiled.ok) templates.set(pathText(path), compiled.template);
  else fault(path, compiled.flaw.message);
}

function templateNames({ files }: { readonly [key: string]: Plain }): readonly (readonly [Path, string])[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: Plain, index: number) => {
    const template = isEach(file) ? file.value : file;
    const name = isMapping(template) ? template.template : null;
    return typeof name === 'string' ? [[['files', index, 'template'], name] as const] : [];
  });
}
