/** The template language: liquidjs cut down to what is bounded, repeatable and touches nothing outside. */

import type { Context, FilterImplOptions } from 'liquidjs';
import { AssignTag, Liquid } from 'liquidjs';

const TAGS = new Set(['if', 'unless', 'for', 'break', 'continue', 'assign', 'comment', 'raw', '#']);

/** Without those that read a clock, draw lots, or evaluate text as an expression. */
const FILTERS = new Set(
  (
    'abs append at_least at_most capitalize ceil compact concat default divided_by downcase first floor join json ' +
    'last lstrip map minus modulo plus prepend push remove remove_first replace replace_first reverse round rstrip ' +
    'size slice sort sort_natural split strip times truncate uniq upcase where'
  ).split(' '),
);

/** Those of a list of members that have the role. */
function withRole(this: { readonly context: Context }, members: unknown, role: unknown): readonly unknown[] {
  if (!Array.isArray(members))
    throw new Error('with_role is for a list of members: members | with_role: "ROLE"');
  this.context.memoryLimit.use(members.length);
  return members.filter((member: unknown) => {
    const roles: unknown = Object(member).roles;
    return Array.isArray(roles) && roles.includes(role);
  });
}

type FilterHandler = Extract<FilterImplOptions, (...values: never) => unknown>;

/** The package counts what is written, and each of a row of filters costs as much. */
function counted(filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  const counting: FilterHandler = function (...values) {
    this.context.renderLimit.check(0);
    return handler.apply(this, values);
  };
  return typeof filter === 'function' ? counting : { ...filter, handler: counting };
}

/** The shipped one takes an unset name for empty, which would let a typing error through. */
class StrictAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const scope: Record<string, unknown> = context.bottom();
    const { key, value } = this as unknown as AssignParts;
    scope[key] = yield value.value(context, false);
  }
}

/** Private in the typings of the package. */
interface AssignParts {
  readonly key: string;
  readonly value: { value(context: Context, lenient: boolean): Generator<unknown, unknown, unknown> };
}

export const liquid = open();

function open(): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    // No file is ever looked up: the tags that would are gone, and this is where they would look.
    templates: {},
  });
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) engine.unregisterFilter(name);
  engine.registerFilter('with_role', withRole);
  for (const [name, filter] of Object.entries(engine.filters)) engine.registerFilter(name, counted(filter));
  engine.registerTag('assign', StrictAssign);
  return engine;
}
