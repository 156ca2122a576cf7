/** Flags that the old files append to a component's command line: those with a parameter of their own, and the rest. */
import { type Given, nodePut, type Outcome, problem, type Rule, remark, sum } from './rule.js';

/** `takes` its value, of `--name=value` or `--name value`. Names are without dashes, as Go takes one or two alike. */
export type OwnFlags = Readonly<Record<string, (value: string, given: Given) => Outcome>>;

export interface Flag {
  /** Without dashes. */
  readonly name: string;
  readonly value: string | null;
  /** As it was written, one word or two. */
  readonly words: readonly string[];
}

/** A word that is no flag is the value of the one before it. */
export function readFlags(text: string): readonly Flag[] {
  const flags: Flag[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const [, name, value] = /^--?([A-Za-z][^=]*)(?:=(.*))?$/.exec(word) ?? [];
    const before = flags.at(-1);
    if (name !== undefined) flags.push({ name, value: value ?? null, words: [word] });
    else if (before?.value === null)
      flags[flags.length - 1] = { ...before, value: word, words: [...before.words, word] };
    else flags.push({ name: '', value: null, words: [word] });
  }
  return flags;
}

export interface Sorting {
  /** Flags with a parameter of their own. */
  readonly own?: OwnFlags;
  /** Flags that are left out, and told of: the definition sees to them. */
  readonly given?: readonly string[];
  /** Words that are left out, neither flags nor values. */
  readonly words?: RegExp | undefined;
}

/** The rest goes to `flags.COMPONENT` of the node. */
export function flagsOf(component: string, { own = {}, given = [], words }: Sorting = {}): Rule {
  const parameter = `flags.${component}`;
  return (text, node) => {
    if (/["'\\]/.test(text))
      return problem(
        `has quotes in it, which ${parameter} does not know: put the whole \`command\` at cluster/components/${component}`,
      );
    const told = text.split(/\s+/).filter((word) => words?.test(word) !== true);
    const flags = readFlags(told.join(' '));
    if (flags.length === 0) return remark('is empty, which is as if it were not there');
    const known = flags.flatMap(({ name, value }) => {
      const rule = Object.hasOwn(own, name) ? own[name] : undefined;
      return rule === undefined ? [] : [rule(value ?? '', node)];
    });
    const dropped = flags.filter(({ name }) => given.includes(name));
    const rest = flags
      .filter(({ name }) => !Object.hasOwn(own, name) && !given.includes(name))
      .flatMap((flag) => flag.words)
      .join(' ');
    return sum([
      ...known,
      ...(rest === '' ? [] : [nodePut(parameter, rest, node), ...policyRemark(component)]),
      ...(dropped.length === 0 ? [] : [remark(`${component} has by itself: ${spelt(dropped)}`)]),
    ]);
  };
}

/** Of components with rights on the host the store may not add to the command, unless the node's policy says so. */
function policyRemark(component: string): readonly Outcome[] {
  if (!['mesos-agent', 'registrator'].includes(component)) return [];
  return [
    remark(
      `a node takes flags.${component} where its settings file has \`policy: { override: [${component}] }\``,
    ),
  ];
}

function spelt(flags: readonly Flag[]): string {
  return flags.map((flag) => flag.words.join(' ')).join(' ');
}
