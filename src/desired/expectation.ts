/** Whether the nodes that a component's first ensemble waits for are all known. Pure; the contract's section 3. */
import type { Stack } from '../catalog/stack.js';
import { type StoreWords, setLine } from './key-text.js';

/** A node that may become a member, by its roles' own names. */
export interface Candidate {
  readonly node: string;
  readonly roles: readonly string[];
}

export type Expectation =
  /** All that were expected, and no more. */
  | { readonly met: true; readonly nodes: readonly string[] }
  /** `why` is a sentence that says what is missing and what to do, where anybody but time has to: an operator. */
  | { readonly met: false; readonly needs: 'members' | 'operator'; readonly why: string };

/** The parameter that tells how many nodes get a role. */
function expectParameter(role: string): string {
  return `expect.${role}`;
}

/**
 * The roles of the stack that have the component, as far as a node has them, say by `expect.ROLE` how many nodes they
 * get; the ensemble is formed when exactly so many are known. More than that are a mistake that nobody can guess away.
 */
export function expectation({
  component,
  stack,
  candidates,
  params,
  words,
}: {
  readonly component: string;
  readonly stack: Stack;
  readonly candidates: readonly Candidate[];
  readonly params: Readonly<Record<string, string>>;
  readonly words: StoreWords;
}): Expectation {
  const roles = [...stack.roles].filter(([, { components }]) => components.includes(component));
  const present = roles
    .map(([role]) => ({
      role,
      nodes: candidates.filter((it) => it.roles.includes(role)).map(({ node }) => node),
    }))
    .filter(({ nodes }) => nodes.length > 0);
  if (roles.length === 0)
    return unmet('operator', `no role of stack ${stack.name} has ${component}, so it has no members`);
  if (present.length === 0) {
    const named = roles.map(([role]) => role).join(' or ');
    return unmet('members', `${component} waits for its members: no node with role ${named} is known yet`);
  }
  let expected = 0;
  for (const { role } of present) {
    const parameter = expectParameter(role);
    const text = params[parameter];
    const line = setLine(words, `cluster/params/${parameter}`, 'NUMBER');
    if (text === undefined)
      return unmet(
        'operator',
        `how many nodes get role ${role} is not known, so ${component} waits: ${line}`,
      );
    if (!/^[1-9]\d{0,2}$/.test(text))
      return unmet(
        'operator',
        `${parameter} is ${JSON.stringify(text)}, which is no number of nodes: ${line}`,
      );
    expected += Number(text);
  }
  const nodes = [...new Set(present.flatMap((each) => each.nodes))].sort();
  const named = present.map(({ role }) => role).join(' or ');
  const found = `${nodes.length} of ${expected} nodes with role ${named} are known (${nodes.join(', ')})`;
  if (nodes.length < expected) return unmet('members', `${component} waits for its members: ${found}`);
  if (nodes.length > expected) {
    const remedy = `take the role from those that are too many (and katod forget those that are gone), or raise ${present.map(({ role }) => expectParameter(role)).join(' or ')}`;
    return unmet(
      'operator',
      `${component} waits, since more nodes have its role than were expected: ${found}; ${remedy}`,
    );
  }
  return { met: true, nodes };
}

function unmet(needs: 'members' | 'operator', why: string): Expectation {
  return { met: false, needs, why };
}
