/** Which stack and roles a node has: the store's words checked against the catalog, or the last good assignment. */
import type { Catalog } from '../catalog/catalog.js';
import { quoted } from '../catalog/name.js';
import { combinationFault, elsewhere } from '../catalog/role-faults.js';
import { findRole, type Stack } from '../catalog/stack.js';
import { suggestion } from '../settings/nearest.js';
import { type StoreWords, setLine } from './key-text.js';

export interface Assignment {
  readonly stack: string;
  /** By their own names, in the order asked for. Empty: role `none`. */
  readonly roles: readonly string[];
}

interface AssignInput {
  readonly previous: Assignment | null;
  /** Trimmed text; undefined: no such key; null: a value that can't be read, and has been told of. */
  readonly role: string | null | undefined;
  readonly stack: string | null | undefined;
  readonly roleKey: string;
  readonly defaultStack: string;
  /** With the store's roles. */
  readonly stacks: Catalog['stacks'];
  readonly refusedStacks: Catalog['refused']['stacks'];
  readonly words: StoreWords;
  readonly tell: (key: string, message: string) => void;
}

/** The assignment in force, as a whole: never the new stack with the old roles where they don't fit. */
export function assign(input: AssignInput): Assignment | null {
  const { previous, role, roleKey, words, tell } = input;
  // No role asked for and none before: there is nothing that a stack could matter to.
  if (typeof role !== 'string' && previous === null) return null;
  const stack = stackInForce(input);
  if (stack === null) return previous;
  const asked =
    typeof role === 'string' ? splitRoles(role) : { ok: true as const, names: previous?.roles ?? [] };
  if (!asked.ok) {
    tell(roleKey, `${asked.why}${stays(previous)}: ${setLine(words, roleKey, 'ROLE')}`);
    return previous;
  }
  const found = asked.names.map((name) => [name, findRole(stack, name)] as const);
  const unknown = found.find(([, own]) => own === null);
  if (unknown !== undefined) {
    const why = unknownRole(unknown[0], stack, input.stacks);
    tell(roleKey, `${why}${stays(previous)}: ${setLine(words, roleKey, 'ROLE')}`);
    return previous;
  }
  const roles = [...new Set(found.flatMap(([, own]) => (own === null ? [] : [own])))];
  const fault = combinationFault(roles, stack);
  if (fault === null) return { stack: stack.name, roles };
  tell(roleKey, `${fault}${stays(previous)}: ${setLine(words, roleKey, 'ROLE')}`);
  return previous;
}

function stackInForce({ previous, stack, defaultStack, words, tell, ...catalog }: AssignInput): Stack | null {
  const name = stack === null ? previous?.stack : (stack ?? defaultStack);
  // Which stack is meant can't be read, and none was known before: no guess.
  if (name === undefined) return null;
  const found = catalog.stacks.get(name);
  if (found !== undefined) return found;
  const remedy = setLine(words, 'cluster/stack', 'STACK');
  const refused = catalog.refusedStacks.get(name)?.[0];
  const why =
    refused === undefined
      ? `there is no stack ${quoted(name)}; there are ${list(catalog.stacks.keys())}${suggestion(name, catalog.stacks.keys())}`
      : `the file of stack ${quoted(name)} is refused (${refused.place}: ${refused.message})`;
  const from = typeof stack === 'string' ? '' : ', which the settings or an earlier state name';
  tell('cluster/stack', `${why}${from}${stays(previous)}: ${remedy}`);
  return null;
}

type SplitRoles =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly why: string };

function splitRoles(text: string): SplitRoles {
  if (text === 'none') return { ok: true, names: [] };
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) return { ok: false, why: `${quoted(text)} has an empty name between its commas` };
  if (names.includes('none'))
    return { ok: false, why: '"none" stands alone: it can\'t be combined with a role' };
  return { ok: true, names };
}

function unknownRole(name: string, stack: Stack, stacks: Catalog['stacks']): string {
  const words = [...stack.roles].flatMap(([role, { aliases }]) => [role, ...aliases]);
  const there = `its roles are ${list(stack.roles.keys())}${suggestion(name, words)}`;
  return `stack ${stack.name} has no role ${quoted(name)}; ${there}${elsewhere(name, stacks.values())}`;
}

function stays(previous: Assignment | null): string {
  if (previous === null) return '; the node has no role until this is mended';
  const roles = previous.roles.length === 0 ? 'none' : previous.roles.join(',');
  return `; ${roles} of stack ${previous.stack} stays in force`;
}

function list(names: Iterable<string>): string {
  return [...names].join(', ') || 'none';
}
