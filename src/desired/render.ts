/** Renders the document of a definition: its templates, its `each` items, and the items that come to nothing. */
import type { Budget } from '../catalog/budget.js';
import { type Definition, isEach } from '../catalog/read-definition.js';
import { evaluateList, renderTemplate, type Scope } from '../catalog/template.js';
import type { Flaw } from '../catalog/template-flaw.js';
import { isMapping, type Path, type Plain, pathText } from '../catalog/yaml.js';
import { bare } from './parameters.js';

/** A template of the document that could not be rendered. */
interface Fault {
  readonly path: Path;
  readonly flaw: Flaw;
}

export interface RenderedDocument {
  readonly value: Plain;
  /** Path in the rendered document to the path that it was written at. */
  readonly origins: ReadonlyMap<string, Path>;
  readonly faults: readonly Fault[];
}

/** Elements that one `each` may give. */
const MOST_ITEMS = 1_000;

const NOTHING = Symbol('nothing');

/** All but `when`, which has rules of its own. */
export function renderDocument(definition: Definition, scope: Scope, budget: Budget): RenderedDocument {
  const origins = new Map<string, Path>();
  /** The items of an `each` are written once, and so is what is wrong with them. */
  const faults = new Map<string, Fault>();
  const fail = (path: Path, flaw: Flaw) => faults.set(`${pathText(path)}\n${flaw.message}`, { path, flaw });
  const { when: _, ...document } = definition.document;
  const value = mapping(document, { path: [], origin: [], scope });
  return { value, origins, faults: [...faults.values()] };

  interface At {
    readonly path: Path;
    readonly origin: Path;
    readonly scope: Scope;
  }

  function render(value: Plain, at: At): Plain {
    origins.set(pathText(at.path), at.origin);
    if (Array.isArray(value)) return list(value, at);
    if (isMapping(value)) return mapping(value, at);
    const template = definition.templates.get(pathText(at.origin));
    if (template === undefined) return value;
    const text = renderTemplate(template, at.scope, { budget });
    if (text.ok) return text.value;
    fail(at.origin, text.flaw);
    return null;
  }

  function mapping(value: { readonly [key: string]: Plain }, { path, origin, scope }: At): Plain {
    const entries = Object.entries(value).map(
      ([key, inner]) =>
        [key, render(inner, { path: [...path, key], origin: [...origin, key], scope })] as const,
    );
    return Object.fromEntries(entries);
  }

  function list(value: readonly Plain[], { path, origin, scope }: At): Plain {
    const items: Plain[] = [];
    const add = (item: Plain, from: Path, within: Scope) => {
      const rendered = render(item, { path: [...path, items.length], origin: from, scope: within });
      if (something(rendered) !== NOTHING) items.push(rendered);
    };
    for (const [index, item] of value.entries()) {
      const from = [...origin, index];
      if (!isEach(item)) add(item, from, scope);
      else
        for (const element of elements(from, scope))
          add(item.value, [...from, 'value'], bare({ ...scope, item: element }));
    }
    return items;
  }

  function elements(from: Path, scope: Scope): readonly unknown[] {
    const path = [...from, 'each'];
    const template = definition.templates.get(pathText(path));
    const found = template === undefined ? null : evaluateList(template, scope, budget);
    if (found === null) return [];
    if (found.ok && found.value.length <= MOST_ITEMS) return found.value;
    const flaw = found.ok
      ? { message: `gives more than ${MOST_ITEMS} items`, unset: null, at: null }
      : found.flaw;
    fail(path, flaw);
    return [];
  }
}

/** An item of a list comes to nothing when all its texts do. One that failed is kept: it is told of elsewhere. */
function something(item: Plain): Plain | typeof NOTHING {
  if (typeof item === 'string') return item.trim() === '' ? NOTHING : item;
  if (!isMapping(item)) return item;
  return Object.values(item).every((inner) => something(inner) === NOTHING) ? NOTHING : item;
}
