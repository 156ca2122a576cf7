/** An old system's file as lines of the store. Pure; nothing of the file is ever run. */
import { suggestion } from '../settings/nearest.js';
import { generateRules } from './panteras-rules.js';
import { panterasRole, type RoleRule, tootsRole } from './roles.js';
import { flag, type Given, type Outcome, type Put, type Rules, remark } from './rule.js';
import { type Fault, readShellFile } from './shell-file.js';
import { tootsRules } from './toots-rules.js';

interface System {
  readonly rules: Rules;
  readonly role: RoleRule;
  readonly roles: readonly string[];
  /** Whether the file tells a node's role by its address. */
  readonly byAddress: boolean;
}

/** By the name of the system, which is that of its stack. */
export const SYSTEMS: ReadonlyMap<string, System> = new Map([
  [
    'panteras',
    {
      rules: switches(generateRules, ['MASTER', 'SLAVE']),
      role: panterasRole,
      roles: ['master', 'slave', 'standalone'],
      byAddress: false,
    },
  ],
  [
    'toots',
    {
      rules: switches(tootsRules, ['MASTER', 'SLAVE', 'EDGE']),
      role: tootsRole,
      roles: ['master', 'slave', 'edge'],
      byAddress: true,
    },
  ],
]);

function switches(rules: Rules, names: readonly string[]): Rules {
  return {
    ...rules,
    ...Object.fromEntries(names.map((name) => [name, flag(() => remark('is part of the role'))])),
  };
}

/** A sentence on a key; line 0: on the file as a whole. */
export interface Note extends Fault {
  readonly name: string;
}

export interface Imported {
  /** Without prefix, each key once, the role last: nothing starts before its parameters are there. */
  readonly puts: readonly Put[];
  /** Keys that have no line, and need none. */
  readonly remarks: readonly Note[];
  /** Keys that were not understood. */
  readonly problems: readonly Note[];
}

export interface ImportInput {
  readonly system: string;
  readonly text: string;
  readonly node: string;
  /** Of this node; null: not known. */
  readonly address: string | null;
  /** Null: what the file says. */
  readonly roles: readonly string[] | null;
}

/** Not ok: the file holds what is no assignment, so none of it is taken. */
export function importFile({
  system,
  text,
  node,
  address,
  roles,
}: ImportInput):
  | { readonly ok: true; readonly imported: Imported }
  | { readonly ok: false; readonly faults: readonly Fault[] } {
  const found = SYSTEMS.get(system);
  if (found === undefined) throw new Error(`no system ${system}`);
  const read = readShellFile(text);
  if (!read.ok) return read;
  // As the shell does: the last one counts.
  const last = new Map(read.assignments.map((assignment) => [assignment.name, assignment]));
  const values = new Map([...last].map(([name, { value }]) => [name, value]));
  const given: Given = { node, address, values };
  const outcomes = [...last.values()].map(({ line, name, value }) => ({
    line,
    name,
    outcome: Object.hasOwn(found.rules, name)
      ? (found.rules[name]?.(value, given) ?? unknown(name, found.rules))
      : unknown(name, found.rules),
  }));
  const all = [...outcomes, { line: 0, name: 'role', outcome: found.role(given, roles) }];
  return {
    ok: true,
    imported: {
      puts: inOrder([{ key: 'cluster/stack', value: system }, ...all.flatMap(({ outcome }) => outcome.puts)]),
      remarks: notes(all, ({ remark }) => remark),
      problems: notes(all, ({ problem }) => problem),
    },
  };
}

function unknown(name: string, rules: Rules): Outcome {
  return {
    puts: [],
    remark: null,
    problem: `is not known, and is not taken over${suggestion(name, Object.keys(rules))}`,
  };
}

function notes(
  all: readonly { readonly line: number; readonly name: string; readonly outcome: Outcome }[],
  pick: (outcome: Outcome) => string | null,
): readonly Note[] {
  return all.flatMap(({ line, name, outcome }) => {
    const message = pick(outcome);
    return message === null ? [] : [{ line, name, message }];
  });
}

/** The cluster's first, then the node's, the role last; of two for one key the later one. */
function inOrder(puts: readonly Put[]): readonly Put[] {
  const last = new Map(puts.map((put) => [put.key, put]));
  const rank = ({ key }: Put) => (key.startsWith('cluster/') ? 0 : key.endsWith('/role') ? 2 : 1);
  return [...last.values()].sort((one, other) => rank(one) - rank(other));
}
