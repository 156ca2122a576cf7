/** Flags that the old files append to a component's command line: those with a parameter of their own, and the rest. */
import { clusterPut, type Given, nodePut, type Outcome, problem, type Rule, remark, sum } from './rule.js';

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

/** The rest goes to `flags.COMPONENT`, of the cluster or of the node. */
export function flagsOf(component: string, of: 'cluster' | 'node', own: OwnFlags = {}): Rule {
  return (text, given) => {
    if (/["'\\]/.test(text))
      return problem(
        `has quotes in it, which flags.${component} does not know: put the whole \`command\` at cluster/components/${component}`,
      );
    const flags = readFlags(text);
    const known = flags.flatMap(({ name, value }) => {
      const rule = Object.hasOwn(own, name) ? own[name] : undefined;
      return rule === undefined ? [] : [rule(value ?? '', given)];
    });
    const rest = flags
      .filter(({ name }) => !Object.hasOwn(own, name))
      .flatMap(({ words }) => words)
      .join(' ');
    const name = `flags.${component}`;
    const line = of === 'cluster' ? clusterPut(name, rest) : nodePut(name, rest, given);
    if (flags.length === 0) return remark('is empty, which is as if it were not there');
    return sum([...known, ...(rest === '' ? [] : [line])]);
  };
}
