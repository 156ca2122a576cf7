/**
 * YAML as definitions use it: mappings, lists and text, with the place of each. A plain scalar is the text that is
 * written (`1.10` stays `1.10`, `no` stays `no`), since what a text means is for the schema to say.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Problem } from '../desired/desired.js';
import { yamlExcess } from './yaml-tokens.js';

/** Null only where a value is left out or written as `null`. */
export type Plain = null | string | readonly Plain[] | { readonly [key: string]: Plain };

export type Path = readonly (string | number)[];

/** `file:line:column` of a value, and of the key before it, by path as text. */
export interface Places {
  /** Where the whole is: a file's path, or a key of the store. */
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
}

export type ReadYaml =
  | { readonly ok: true; readonly value: Plain; readonly places: Places }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** In characters. */
const LONGEST_YAML = 256 * 1024;

/** How much there may be in a text. */
export interface YamlBounds {
  /** Words and signs; a block of text is one of them. */
  readonly tokens: number;
  /** With aliases resolved. */
  readonly values: number;
}

/** Files of the catalog, read once. */
const CATALOG: YamlBounds = { tokens: 100_000, values: 20_000 };
/** Values of the store: ten times the largest definition that is shipped, and some 20 ms of work. */
export const STORE_YAML: YamlBounds = { tokens: 3_000, values: 2_000 };

const DEEPEST = 32;

export function isMapping(value: unknown): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Path as text: `probes.live.tcp`, `command[2]`. */
export function pathText(path: Path): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('');
}

/** Where a value is, or the nearest thing around it that has a place. */
export function placeOf(places: Places, path: Path): string {
  for (let length = path.length; length >= 0; length--) {
    const found = places.values.get(pathText(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return places.file;
}

export function placeOfKey(places: Places, path: Path): string {
  return places.keys.get(pathText(path)) ?? placeOf(places, path);
}

/** `file` is the name for the places. Never throws. */
export function readYaml(text: string, file: string, { tokens, values }: YamlBounds = CATALOG): ReadYaml {
  const refused = (message: string, place = file): ReadYaml => ({
    ok: false,
    problems: [{ place, message }],
  });
  if (text.length > LONGEST_YAML) return refused(`longer than ${LONGEST_YAML} characters`);
  const excess = yamlExcess(text, { tokens, deepest: DEEPEST });
  if (excess !== null) return refused(excess);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      schema: 'failsafe',
      customTags: (tags) => [...tags, 'null'],
      prettyErrors: false,
      lineCounter: lines,
      // Each key would be compared with all before it.
      uniqueKeys: false,
    });
    const faults = [...document.errors, ...document.warnings];
    // After the first fault of form, the parser has lost its way: what it says then is no help.
    const [fault] = faults;
    if (fault !== undefined) return { ok: false, problems: [yamlProblem(fault, lines, file)] };
    return new Walk(document.contents as Node | null, { lines, file, most: values }).read();
  } catch (error) {
    if (error instanceof NotPlain) return refused(error.message, `${file}:${error.at}`);
    if (error instanceof RangeError) return refused('nested too deeply');
    throw error;
  }
}

function yamlProblem({ message, pos }: YAMLError, lines: LineCounter, file: string): Problem {
  return { place: `${file}:${lineColumn(lines, pos[0])}`, message: `not valid YAML: ${message}` };
}

class NotPlain extends Error {
  override readonly name = 'NotPlain';
  readonly at: string;

  constructor(message: string, at: string) {
    super(message);
    this.at = at;
  }
}

/** One pass over a document: to plain values, with places, within bounds. */
class Walk {
  readonly #contents: Node | null;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #values = new Map<string, string>();
  readonly #keys = new Map<string, string>();
  /** Those that stand before where the walk is: an alias names one of them. */
  readonly #anchors = new Map<string, Node>();
  readonly #duplicates: Problem[] = [];
  readonly #most: number;
  #count = 0;

  constructor(
    contents: Node | null,
    { lines, file, most }: { readonly lines: LineCounter; readonly file: string; readonly most: number },
  ) {
    this.#contents = contents;
    this.#lines = lines;
    this.#file = file;
    this.#most = most;
  }

  read(): ReadYaml {
    const value = this.#plain(this.#contents, []);
    if (this.#duplicates.length > 0) return { ok: false, problems: this.#duplicates };
    return { ok: true, value, places: { file: this.#file, values: this.#values, keys: this.#keys } };
  }

  #plain(node: Node | null, path: Path): Plain {
    if (node === null) return null;
    const at = lineColumn(this.#lines, node.range?.[0] ?? 0);
    this.#count += 1;
    if (this.#count > this.#most) throw new NotPlain(`more than ${this.#most} values, aliases resolved`, at);
    if (path.length > DEEPEST) throw new NotPlain(`nested more than ${DEEPEST} deep`, at);
    const key = pathText(path);
    if (!this.#values.has(key)) this.#values.set(key, `${this.#file}:${at}`);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new NotPlain(`there is no anchor &${node.source} before this`, at);
      return this.#plain(target, path);
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      throw new NotPlain(`tags such as ${node.tag} are not used here`, at);
    if (isScalar(node)) return scalar(node.value, at);
    if (isSeq(node))
      return node.items.map((item, index) => this.#plain(item as Node | null, [...path, index]));
    if (!isMap(node)) throw new NotPlain('neither a mapping, a list nor text', at);
    const seen = new Set<string>();
    return Object.fromEntries(
      node.items.map(({ key: name, value }) => {
        const word = this.#key(name, at);
        const place = `${this.#file}:${lineColumn(this.#lines, (name as Node).range?.[0] ?? 0)}`;
        if (seen.has(word))
          this.#duplicates.push({ place, message: 'not valid YAML: Map keys must be unique' });
        seen.add(word);
        this.#keys.set(pathText([...path, word]), place);
        return [word, this.#plain(value as Node | null, [...path, word])];
      }),
    );
  }

  #key(node: unknown, at: string): string {
    if (!isScalar(node)) throw new NotPlain('a key must be text; a template stands in quotes: "{{ … }}"', at);
    const place = lineColumn(this.#lines, node.range?.[0] ?? 0);
    if (typeof node.value !== 'string') throw new NotPlain('a key is missing', place);
    if (node.value === '__proto__') throw new NotPlain('"__proto__" can\'t be a key', place);
    return node.value;
  }
}

function scalar(value: unknown, at: string): Plain {
  if (typeof value === 'string' || value === null) return value;
  throw new NotPlain('only text can stand here', at);
}

function lineColumn(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
