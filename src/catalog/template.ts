/** Templates: compiled once with all that can be checked before rendering, then rendered within a budget. */
import { Context, Output, type Template as Part, toValue, toValueSync, type Value } from 'liquidjs';
import { type Budget, OverBudget } from './budget.js';
import { liquid } from './liquid.js';
import { type Flaw, flawOf } from './template-flaw.js';
import { type KnownNames, readNames, type ScopeUse } from './template-names.js';

/** Longest template, in characters. */
export const LONGEST_TEMPLATE = 256 * 1024;

export interface Template {
  readonly source: string;
  readonly uses: ScopeUse;
  readonly parts: readonly Part[];
}

/** Values by name; objects in it have no prototype. */
export type Scope = Readonly<Record<string, unknown>>;

export type Compiled =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly flaw: Flaw };

export type Rendered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly flaw: Flaw };

/** Whether a string is more than itself. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** Finds bad syntax, unknown tags and filters, and names that no template sees. */
export function compileTemplate(source: string, known: KnownNames): Compiled {
  if (source.length > LONGEST_TEMPLATE) {
    return {
      ok: false,
      flaw: { message: `longer than ${LONGEST_TEMPLATE} characters`, unset: null, at: null },
    };
  }
  try {
    const parts = liquid.parse(source);
    const names = readNames(parts, known);
    return names.ok ? { ok: true, template: { source, parts, uses: names.uses } } : names;
  } catch (error) {
    return { ok: false, flaw: flawOf(error) };
  }
}

/** An expression as between `{{` and `}}`, for `each`. */
export function compileExpression(expression: string, known: KnownNames): Compiled {
  const compiled = compileTemplate(`{{ ${expression} }}`, known);
  if (!compiled.ok || expressionOf(compiled.template) !== null) return compiled;
  return { ok: false, flaw: { message: 'not one expression', unset: null, at: null } };
}

/** `lenient`: an unset parameter is empty everywhere in it, as in `when`. */
export function renderTemplate(
  template: Template,
  scope: Scope,
  { budget, lenient = false }: { readonly budget: Budget; readonly lenient?: boolean },
): Rendered<string> {
  return guarded(() => {
    const emitter = {
      buffer: '',
      write(value: unknown) {
        this.buffer += print(value, budget);
      },
    };
    const context = openContext(scope, budget, lenient);
    toValueSync(liquid.renderer.renderTemplates([...template.parts], context, emitter));
    return emitter.buffer;
  });
}

/** The elements of the list that an expression of `compileExpression` gives. */
export function evaluateList(template: Template, scope: Scope, budget: Budget): Rendered<readonly unknown[]> {
  return guarded(() => {
    const found = expressionOf(template)?.value(openContext(scope, budget, false), false);
    const list: unknown = found === undefined ? null : toValueSync(found);
    if (!Array.isArray(list)) throw new Error('gives no list: make one with `split`');
    return list;
  });
}

function expressionOf(template: Template): Value | null {
  const [only, more] = template.parts;
  return only instanceof Output && more === undefined ? only.value : null;
}

function openContext(scope: Scope, budget: Budget, lenient: boolean): Context {
  const context = new Context(scope, liquid.options, { sync: true, strictVariables: !lenient }, { liquid });
  // The package's own limits are per call, and one of them is a clock.
  return Object.assign(context, {
    renderLimit: { check: () => budget.step() },
    memoryLimit: { use: (amount: unknown) => budget.work(Number(amount)) },
  });
}

function print(value: unknown, budget: Budget): string {
  const plain: unknown = toValue(value);
  if (Array.isArray(plain)) return plain.map((item) => print(item, budget)).join('');
  if (plain === null || plain === undefined) return '';
  if (typeof plain === 'object' || typeof plain === 'function') {
    throw new Error('a mapping has no text: name one of its members');
  }
  const text = String(plain);
  budget.output(text.length);
  return text;
}

function guarded<T>(work: () => T): Rendered<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof OverBudget)
      return { ok: false, flaw: { message: error.message, unset: null, at: null } };
    return { ok: false, flaw: flawOf(error) };
  }
}
