/** What is wrong with roles that somebody asks for: not of this stack, or not to be had together. */
import { quoted } from './name.js';
import { findRole, type Stack } from './stack.js';

/** `; "slave" is a role of stack core`, or nothing: to be put behind what says that this stack has no such role. */
export function elsewhere(role: string, stacks: Iterable<Stack>): string {
  const having = [...stacks].filter((stack) => findRole(stack, role) !== null).map(({ name }) => name);
  if (having.length === 0) return '';
  return `; ${quoted(role)} is a role of stack${having.length > 1 ? 's' : ''} ${having.join(', ')} (cluster/stack)`;
}

/**
 * Why these roles, by their own names, are not to be had on one node, or null. A role that is in no combination of the
 * stack, such as one that the store adds, goes with all.
 */
export function combinationFault(roles: readonly string[], { name, combinations }: Stack): string | null {
  if (combinations === null) return null;
  const known = new Set(combinations.flat());
  const asked = [...new Set(roles)].filter((role) => known.has(role));
  if (asked.length < 2 || combinations.some((allowed) => isSame(allowed, asked))) return null;
  const there = combinations.map((allowed) => allowed.join(',')).join(', or ');
  return `stack ${name} has no node that is ${asked.join(' and ')}; roles go together as ${there}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((role) => other.includes(role));
}
