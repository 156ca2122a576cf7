/** A stack: the roles of a cluster, the components of each, and the parameters they take. */
import * as z from 'zod';
import type { Problem } from '../desired/desired.js';
import { check, type Issue, toProblem } from './issues.js';
import { isName, isParameterName, NAME_RULE, PARAMETER_RULE } from './name.js';
import { compileTemplate, type Template } from './template.js';
import { DEFAULT_NAMES } from './template-names.js';
import type { Places, Plain } from './yaml.js';

interface Role {
  readonly description: string;
  readonly components: readonly string[];
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
}

const name = z.string().refine(isName, { error: `not a name: ${NAME_RULE}` });
const roleName = name.refine((role) => role !== 'none', {
  error: '"none" stands for no role: take another name',
});
const parameterName = z
  .string()
  .refine(isParameterName, { error: `not a parameter's name: ${PARAMETER_RULE}` });
const help = z.string().trim().min(1, { error: 'must not be empty' });

const stackSchema = z.strictObject({
  name,
  description: help,
  roles: z.record(
    roleName,
    z.strictObject({ description: help, components: z.array(name), aliases: z.array(roleName).optional() }),
  ),
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
  const params = new Map<string, Parameter>();
  for (const [parameter, { default: text, description }] of Object.entries(value.params ?? {})) {
    const compiled = text === undefined ? null : compileTemplate(text, DEFAULT_NAMES);
    if (compiled?.ok === false) fault(['params', parameter, 'default'], compiled.flaw.message);
    else params.set(parameter, { description, fallback: compiled?.template ?? null });
  }
  if (issues.length > 0) return { ok: false, problems: issues.map((issue) => toProblem(issue, places)) };
  const roles = Object.entries(value.roles).map(
    ([role, { aliases = [], ...rest }]) => [role, { ...rest, aliases }] as const,
  );
  return {
    ok: true,
    stack: { name: value.name, description: value.description, roles: new Map(roles), params },
  };
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
    replaced.set(name, { description, aliases, components });
  }
  return { ...stack, roles: replaced };
}

/** All components of the stack's roles, in the order of their first mention: the order of the catalog. */
export function componentsOf(stack: Stack): readonly string[] {
  return [...new Set([...stack.roles.values()].flatMap((role) => role.components))];
}
