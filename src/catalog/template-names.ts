/** The names that a template uses, read without rendering it: refuses unknown ones and lists the parameters. */
import { analyzeSync, type Template as Part, type Variable } from 'liquidjs';
import { suggestion } from '../settings/nearest.js';
import { isParameterName } from './name.js';
import type { Flaw } from './template-flaw.js';

/** First names that a template sees, with their members; null: any. */
export type KnownNames = ReadonlyMap<string, readonly string[] | null>;

const NODE = ['name', 'address', 'hostname', 'roles'];
const CLUSTER = ['id', 'stack'];

/** Default values of parameters see the node and the cluster, and no other parameter. */
export const DEFAULT_NAMES: KnownNames = new Map([
  ['node', NODE],
  ['cluster', CLUSTER],
]);
export const DEFINITION_NAMES: KnownNames = new Map([...DEFAULT_NAMES, ['params', null]]);
/** Inside the value of an `each`. */
export const ITEM_NAMES: KnownNames = new Map([...DEFINITION_NAMES, ['item', null]]);

/** Parameters by name; `all`: one is picked by a name that is only known when rendering. */
export interface ParameterUse {
  readonly names: ReadonlySet<string>;
  readonly all: boolean;
}

export function joinUses(uses: Iterable<ParameterUse>): ParameterUse {
  const all = [...uses];
  return { names: new Set(all.flatMap((use) => [...use.names])), all: all.some((use) => use.all) };
}

export function readNames(
  parts: readonly Part[],
  known: KnownNames,
): { readonly ok: true; readonly uses: ParameterUse } | { readonly ok: false; readonly flaw: Flaw } {
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
  const used = Object.values(globals)
    .flat()
    .filter((variable) => variable.segments[0] === 'params');
  const names = used.map((variable) => variable.segments[1]);
  return {
    ok: true,
    uses: {
      names: new Set(names.filter((name) => typeof name === 'string')),
      all: names.some((name) => typeof name !== 'string'),
    },
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
  if (first !== 'params' || typeof second !== 'string') return [];
  // These are the language's own words for every mapping.
  if (['size', 'first', 'last'].includes(second))
    return flaw(`a parameter can't be named ${second}: rename it`);
  if (!isParameterName(second))
    return flaw(`${JSON.stringify(second.slice(0, 60))} is no name of a parameter`);
  if (typeof third === 'string' && !['size', 'first', 'last'].includes(third)) {
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
