/** A stack: the roles of a cluster, the components of each, and the parameters they take. */
import * as z from 'zod';
import type { Problem } from '../desired/desired.js';
import { suggestion } from '../settings/nearest.js';
import { openBudget } from './budget.js';
import { check, type Issue, toProblem } from './issues.js';
import { isName, isParameterName, NAME_RULE, PARAMETER_RULE } from './name.js';
import { compileTemplate, renderTemplate, type Scope, type Template } from './template.js';
import { DEFAULT_NAMES, PARAMETERS_ONLY } from './template-names.js';
import type { Places, Plain } from './yaml.js';

interface Role {
  readonly description: string;
  /** All that it can have. */
  readonly components: readonly string[];
  /** Of those, the ones that it has only where this says so; `stackWith` asks it. */
  readonly when: ReadonlyMap<string, Template>;
  /** Other names for the role. */
  readonly aliases: readonly string[];
}

interface Parameter {
  readonly description: string;
  /** A template that sees `node` and `cluster`; null: unset unless somebody sets it. */
  readonly fallback: Template | null;
}

export interface Stack {
  readonly name: string;
  readonly description: string;
  readonly roles: ReadonlyMap<string, Role>;
  readonly params: ReadonlyMap<string, Parameter>;
  /** Sets of several roles that one node may have; each alone it may have in any case. Null: all sets. */
  readonly combinations: readonly (readonly string[])[] | null;
}

const name = z.string().refine(isName, { error: `not a name: ${NAME_RULE}` });
const roleName = name.refine((role) => role !== 'none', {
  error: '"none" stands for no role: take another name',
});
const parameterName = z
  .string()
  .refine(isParameterName, { error: `not a parameter's name: ${PARAMETER_RULE}` });
const help = z.string().trim().min(1, { error: 'must not be empty' });

const roleSchema = z.strictObject({
  description: help,
  components: z.array(
    z.union([name, z.strictObject({ name, when: help })], {
      error: 'expected a component, or one with a condition: { name: COMPONENT, when: "{{ params.NAME }}" }',
    }),
  ),
  aliases: z.array(roleName).optional(),
});

const stackSchema = z.strictObject({
  name,
  description: help,
  roles: z.record(roleName, roleSchema),
  combinations: z
    .array(z.array(roleName).min(2, { error: 'a role alone is always allowed: name two or more' }))
    .min(1, { error: 'name at least one, or leave it out: then all roles go together' })
    .optional(),
  params: z
    .record(parameterName, z.strictObject({ default: z.string().optional(), description: help }))
    .optional(),
});

export type ReadStack =
  | { readonly ok: true; readonly stack: Stack }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `expected` is the name that the file has. */
export function readStack(document: Plain, places: Places, expected: string): ReadStack {
  const checked = check(stackSchema, document);
  if (!checked.ok) return { ok: false, problems: checked.issues.map((issue) => toProblem(issue, places)) };
  const { value } = checked;
  const issues: Issue[] = [];
  const fault = (path: Issue['path'], message: string) =>
    void issues.push({ path, message, unknownKey: false });

  if (value.name !== expected) fault(['name'], `must be ${expected}, as the file is named`);
  const taken = new Set(Object.keys(value.roles));
  for (const [role, { aliases = [] }] of Object.entries(value.roles)) {
    for (const [index, alias] of aliases.entries()) {
      if (taken.has(alias))
        fault(['roles', role, 'aliases', index], `${alias} is a role or an alias already`);
      taken.add(alias);
    }
  }
  for (const [index, combination] of (value.combinations ?? []).entries()) {
    for (const [at, role] of combination.entries()) {
      if (Object.hasOwn(value.roles, role)) continue;
      fault(
        ['combinations', index, at],
        `there is no role ${role}${suggestion(role, Object.keys(value.roles))}`,
      );
    }
  }
  const params = new Map<string, Parameter>();
  for (const [parameter, { default: text, description }] of Object.entries(value.params ?? {})) {
    const compiled = text === undefined ? null : compileTemplate(text, DEFAULT_NAMES);
    if (compiled?.ok === false) fault(['params', parameter, 'default'], compiled.flaw.message);
    else params.set(parameter, { description, fallback: compiled?.template ?? null });
  }
  const roles = Object.entries(value.roles).map(([role, { description, components, aliases = [] }]) => {
    const when = new Map<string, Template>();
    for (const [index, component] of components.entries()) {
      if (typeof component === 'string') continue;
      const condition = readCondition(component.when, params);
      if (typeof condition === 'string') fault(['roles', role, 'components', index, 'when'], condition);
      else when.set(component.name, condition);
    }
    return [role, { description, components: components.map(nameIn), when, aliases }] as const;
  });
  if (issues.length > 0) return { ok: false, problems: issues.map((issue) => toProblem(issue, places)) };
  return {
    ok: true,
    stack: {
      name: value.name,
      description: value.description,
      roles: new Map(roles),
      params,
      combinations: value.combinations ?? null,
    },
  };
}

function nameIn(component: string | { readonly name: string }): string {
  return typeof component === 'string' ? component : component.name;
}

/** A text: what is wrong with it. */
function readCondition(text: string, params: ReadonlyMap<string, Parameter>): Template | string {
  const compiled = compileTemplate(text, PARAMETERS_ONLY);
  if (!compiled.ok) return compiled.flaw.message;
  const unknown = [...compiled.template.uses.names].find((parameter) => !params.has(parameter));
  if (unknown === undefined) return compiled.template;
  return `parameter ${unknown} is not among the params${suggestion(unknown, params.keys())}`;
}

/** The role of that name or alias, by its own name; null where there is none. */
export function findRole(stack: Stack, word: string): string | null {
  if (stack.roles.has(word)) return word;
  for (const [role, { aliases }] of stack.roles) if (aliases.includes(word)) return role;
  return null;
}

/** The stack with other components for some roles, and with further roles, each under its own name. */
export function replaceRoles(stack: Stack, roles: Readonly<Record<string, readonly string[]>>): Stack {
  const replaced = new Map(stack.roles);
  for (const [name, components] of Object.entries(roles)) {
    const { description = 'as the store defines it', aliases = [] } = stack.roles.get(name) ?? {};
    replaced.set(name, { description, aliases, components, when: new Map() });
  }
  return { ...stack, roles: replaced };
}

/** The stack with those components alone that the parameters leave in its roles; `start.COMPONENT: false` takes one out. */
export function stackWith(stack: Stack, params: Readonly<Record<string, string>>): Stack {
  const scope = { params };
  const roles = [...stack.roles].map(([name, role]) => {
    const components = role.components.filter((component) => {
      if (params[`start.${component}`] === 'false') return false;
      const condition = role.when.get(component);
      return condition === undefined || isMet(condition, scope);
    });
    return [name, { ...role, components }] as const;
  });
  return { ...stack, roles: new Map(roles) };
}

/** What can't be rendered says nothing, as an unset parameter does. */
function isMet(condition: Template, scope: Scope): boolean {
  const text = renderTemplate(condition, scope, { budget: openBudget(), lenient: true });
  return text.ok && !['', 'false'].includes(text.value.trim());
}

/** All components of the stack's roles, in the order of their first mention: the order of the catalog. */
export function componentsOf(stack: Stack): readonly string[] {
  return [...new Set([...stack.roles.values()].flatMap((role) => role.components))];
}
