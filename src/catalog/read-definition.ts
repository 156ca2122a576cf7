/** From a definition's YAML to all that is known of it before any node renders it. */
import type { Problem } from '../desired/desired.js';
import { definitionSchema } from './definition.js';
import { check, toProblem } from './issues.js';
import { compileExpression, compileTemplate, isTemplate, type Template } from './template.js';
import {
  DEFINITION_NAMES,
  ITEM_NAMES,
  joinUses,
  type KnownNames,
  type ParameterUse,
} from './template-names.js';
import { isMapping, type Path, type Places, type Plain, pathText, placeOf } from './yaml.js';

/** A file of the catalog's `templates` folder. */
export interface TemplateFile {
  readonly path: string;
  readonly template: Template;
}

export interface Definition {
  readonly name: string;
  /** As it is written. */
  readonly description: string;
  readonly document: { readonly [key: string]: Plain };
  readonly places: Places;
  /** By path in the document; an `each` stands at its own path. */
  readonly templates: ReadonlyMap<string, Template>;
  /** Template files that it names. */
  readonly files: ReadonlyMap<string, TemplateFile>;
  /** Parameters that it and its files use. */
  readonly uses: ParameterUse;
}

/** What the `templates` folder has under a name; problems: it is there, and refused. */
export type FindTemplate = (name: string) => TemplateFile | readonly Problem[] | null;

export type ReadDefinition =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const schema = definitionSchema(false);

/** `expected` is the name that the file has. */
export function readDefinition(
  document: Plain,
  {
    places,
    expected,
    findTemplate,
  }: { readonly places: Places; readonly expected: string; readonly findTemplate: FindTemplate },
): ReadDefinition {
  const checked = check(schema, withoutEach(document));
  const problems = checked.ok ? [] : checked.issues.map((issue) => toProblem(issue, places));
  const templates = new Map<string, Template>();
  const fault = (path: Path, message: string) =>
    void problems.push({ place: placeOf(places, path), message: `${pathText(path)}: ${message}` });

  compileAll(document, [], { templates, fault, known: DEFINITION_NAMES });
  if (!isMapping(document)) return { ok: false, problems };
  if (document.name !== expected && typeof document.name === 'string') {
    fault(['name'], `must be ${expected}, as the file is named`);
  }
  const files = new Map<string, TemplateFile>();
  for (const [path, name] of templateNames(document)) {
    const found = findTemplate(name);
    if (found === null) fault(path, `there is no ${name} among the templates`);
    else if ('template' in found) files.set(name, found);
    else problems.push(...found);
  }
  if (problems.length > 0) return { ok: false, problems };
  const uses = joinUses(
    [...templates.values(), ...[...files.values()].map((file) => file.template)].map((each) => each.uses),
  );
  const description = String(document.description);
  return { ok: true, definition: { name: expected, description, document, places, templates, files, uses } };
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
