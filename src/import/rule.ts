/** What one key of an old file becomes: lines of the store, or a sentence on where it has gone. */
import { ipAddress } from '../catalog/leaf.js';

/** A key of the store without its prefix, and its value. */
export interface Put {
  readonly key: string;
  readonly value: string;
}

/** All that a rule sees beside its own value. */
export interface Given {
  readonly node: string;
  /** Of this node, where the file does not say it. */
  readonly address: string | null;
  /** The file's keys. */
  readonly values: ReadonlyMap<string, string>;
}

export interface Outcome {
  readonly puts: readonly Put[];
  /** Why there is no line, where that is as it should be. */
  readonly remark: string | null;
  /** Why there is none although something was asked for. */
  readonly problem: string | null;
}

export type Rule = (value: string, given: Given) => Outcome;
export type Rules = Readonly<Record<string, Rule>>;

const NOTHING: Outcome = { puts: [], remark: null, problem: null };

export function remark(message: string): Outcome {
  return { ...NOTHING, remark: message };
}

export function problem(message: string): Outcome {
  return { ...NOTHING, problem: message };
}

/** An empty value of the old files is as one that is not there. */
export function clusterPut(name: string, value: string): Outcome {
  return putAt(`cluster/params/${name}`, value);
}

export function nodePut(name: string, value: string, { node }: Given): Outcome {
  return putAt(`nodes/${node}/params/${name}`, value);
}

export function putAt(key: string, value: string): Outcome {
  const trimmed = value.trim();
  return trimmed === ''
    ? remark('is empty, which is as if it were not there')
    : puts({ key, value: trimmed });
}

export function puts(...list: readonly Put[]): Outcome {
  return { ...NOTHING, puts: list };
}

/** A parameter of the cluster, as it is. */
export function ofCluster(name: string): Rule {
  return (value) => clusterPut(name, value);
}

/** A parameter of the node, as it is. */
export function ofNode(name: string): Rule {
  return (value, given) => nodePut(name, value, given);
}

/** No line, whatever the value. */
export function gone(why: string): Rule {
  return () => remark(why);
}

/** Judges a value that has to be an IP address before the rule sees it. */
export function address(rule: Rule): Rule {
  return (value, given) =>
    value === '' || 'value' in ipAddress(value) ? rule(value, given) : problem(`"${value}" is no IP address`);
}

export function isAddress(value: string): boolean {
  return 'value' in ipAddress(value);
}

/** What a yes or no may be: the scripts compared with `true`, and took all else for no. */
export function flag(rule: (on: boolean, given: Given) => Outcome): Rule {
  return (value, given) =>
    value === 'true' || value === 'false'
      ? rule(value === 'true', given)
      : problem(`"${value}" is neither true nor false`);
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  const words = (list: readonly (string | null)[]) => list.filter((each) => each !== null).join('; ') || null;
  return {
    puts: outcomes.flatMap((outcome) => outcome.puts),
    remark: words(outcomes.map((outcome) => outcome.remark)),
    problem: words(outcomes.map((outcome) => outcome.problem)),
  };
}
