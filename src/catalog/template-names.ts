/** The names that a template uses, read without rendering it: refuses unknown ones and lists what it is rendered from. */
import { analyzeSync, type Template as Part, type Variable } from 'liquidjs';
import { suggestion } from '../settings/nearest.js';
import { isName, isParameterName } from './name.js';
import type { Flaw } from './template-flaw.js';

/** First names that a template sees, with their members; null: any. */
export type KnownNames = ReadonlyMap<string, readonly string[] | null>;

/** The language's own words for every list and mapping. */
const OF_ALL = ['size', 'first', 'last'];
const NODE = ['name', 'address', 'hostname', 'roles'];
const CLUSTER = ['id', 'stack'];
const ENSEMBLE = ['number', 'quorum', ...OF_ALL];

/** Default values of parameters see the node and the cluster, and no other parameter. */
export const DEFAULT_NAMES: KnownNames = new Map<string, readonly string[] | null>([
  ['node', NODE],
  ['cluster', CLUSTER],
  ['members', OF_ALL],
  ['ensembles', null],
]);
/** Whether a role has a component hangs on these alone, so that it is known before anything of the cluster is. */
export const PARAMETERS_ONLY: KnownNames = new Map([['params', null]]);
/** `ensemble` is the component's own. */
export const DEFINITION_NAMES: KnownNames = new Map([
  ...DEFAULT_NAMES,
  ['ensemble', ENSEMBLE],
  ['params', null],
]);
/** Inside the value of an `each`. */
export const ITEM_NAMES: KnownNames = new Map([...DEFINITION_NAMES, ['item', null]]);

/** What of its scope a template uses. */
export interface ScopeUse {
  /** Parameters by name. */
  readonly names: ReadonlySet<string>;
  /** Whether a parameter is picked by a name that is only known when rendering. */
  readonly all: boolean;
  /** Whether it uses the ensemble of the component that it belongs to. */
  readonly ownEnsemble: boolean;
  /** Components whose ensembles it uses by name. */
  readonly ensembles: ReadonlySet<string>;
  readonly members: boolean;
}

export function joinUses(uses: Iterable<ScopeUse>): ScopeUse {
  const all = [...uses];
  return {
    names: new Set(all.flatMap((use) => [...use.names])),
    all: all.some((use) => use.all),
    ownEnsemble: all.some((use) => use.ownEnsemble),
    ensembles: new Set(all.flatMap((use) => [...use.ensembles])),
    members: all.some((use) => use.members),
  };
}

export function readNames(
  parts: readonly Part[],
  known: KnownNames,
): { readonly ok: true; readonly uses: ScopeUse } | { readonly ok: false; readonly flaw: Flaw } {
  const { globals, locals } = analyzeSync([...parts], { partials: false });
  const flaws = [
    ...Object.values(locals)
      .flat()
      .flatMap((variable) => localFlaw(variable, known)),
    ...Object.values(globals)
      .flat()
      .flatMap((variable) => globalFlaw(variable, known)),
  ];
  if (flaws[0] !== undefined) return { ok: false, flaw: flaws[0] };
  return { ok: true, uses: usesOf(Object.values(globals).flat()) };
}

function usesOf(variables: readonly Variable[]): ScopeUse {
  const secondWords = (first: string) =>
    variables.filter(({ segments }) => segments[0] === first).map(({ segments }) => segments[1]);
  const isText = (word: unknown) => typeof word === 'string';
  const params = secondWords('params');
  return {
    names: new Set(params.filter(isText)),
    all: !params.every(isText),
    ownEnsemble: secondWords('ensemble').length > 0,
    ensembles: new Set(secondWords('ensembles').filter(isText)),
    members: secondWords('members').length > 0,
  };
}

function globalFlaw({ segments: [first, second, third], location }: Variable, known: KnownNames): Flaw[] {
  const flaw = (message: string) => [
    { message, unset: null, at: { line: location.row, column: location.col } },
  ];
  if (typeof first !== 'string') return flaw('an expression begins with a name');
  const members = known.get(first);
  if (members === undefined) {
    return flaw(
      `unknown name ${first.slice(0, 60)}; known are ${[...known.keys()].join(', ')}${suggestion(first, known.keys())}`,
    );
  }
  if (members !== null && second !== undefined && !(typeof second === 'string' && members.includes(second))) {
    const word = String(second).slice(0, 60);
    return flaw(
      `unknown name ${first}.${word}; ${first} has ${members.join(', ')}${suggestion(word, members)}`,
    );
  }
  // Which ensembles it uses must be known before it is rendered: it waits until they are formed.
  if (first === 'ensembles' && (typeof second !== 'string' || !isName(second)))
    return flaw('an ensemble is named by its component, such as ensembles.zookeeper');
  if (first !== 'params' || typeof second !== 'string') return [];
  if (OF_ALL.includes(second)) return flaw(`a parameter can't be named ${second}: rename it`);
  if (!isParameterName(second))
    return flaw(`${JSON.stringify(second.slice(0, 60))} is no name of a parameter`);
  if (typeof third === 'string' && !OF_ALL.includes(third)) {
    return flaw(`a dotted parameter is written params["${second}.${third.slice(0, 60)}"]`);
  }
  return [];
}

/** A local of the same name could hide which parameters are used. */
function localFlaw({ segments: [first], location }: Variable, known: KnownNames): Flaw[] {
  if (typeof first !== 'string' || !known.has(first)) return [];
  return [
    {
      message: `${first} can't be assigned: take another name`,
      unset: null,
      at: { line: location.row, column: location.col },
    },
  ];
}
