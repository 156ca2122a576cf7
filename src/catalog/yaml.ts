/**
 * YAML as definitions use it: mappings, lists and text, with the place of each. A plain scalar is the text that is
 * written (`1.10` stays `1.10`, `no` stays `no`), since what a text means is for the schema to say.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { Problem } from '../desired/desired.js';

/** Null only where a value is left out or written as `null`. */
export type Plain = null | string | readonly Plain[] | { readonly [key: string]: Plain };

export type Path = readonly (string | number)[];

/** `line:column` of a value, and of the key before it, by path as text. */
export interface Places {
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
}

export type ReadYaml =
  | { readonly ok: true; readonly value: Plain; readonly places: Places }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Longest text, in characters: far beyond any definition, and parsed in well under a second. */
const LONGEST_YAML = 256 * 1024;
const MOST_NODES = 20_000;
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
    if (found !== undefined) return `${places.file}:${found}`;
  }
  return places.file;
}

export function placeOfKey(places: Places, path: Path): string {
  const found = places.keys.get(pathText(path));
  return found === undefined ? placeOf(places, path) : `${places.file}:${found}`;
}

/** `file` is the name for the places. Never throws. */
export function readYaml(text: string, file: string): ReadYaml {
  const refused = (message: string, place = file): ReadYaml => ({
    ok: false,
    problems: [{ place, message }],
  });
  if (text.length > LONGEST_YAML) return refused(`longer than ${LONGEST_YAML} characters`);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      schema: 'failsafe',
      customTags: (tags) => [...tags, 'null'],
      prettyErrors: false,
      lineCounter: lines,
    });
    const faults = [...document.errors, ...document.warnings];
    // After the first fault of form, the parser has lost its way: what it says then is no help.
    const told = faults.filter(({ code }, index) => index === 0 || code === 'DUPLICATE_KEY');
    if (told.length > 0) return { ok: false, problems: told.map((fault) => yamlProblem(fault, lines, file)) };
    return new Walk(document, lines, file).read();
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
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #values = new Map<string, string>();
  readonly #keys = new Map<string, string>();
  #nodes = 0;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  read(): ReadYaml {
    const value = this.#plain(this.#document.contents as Node | null, []);
    return { ok: true, value, places: { file: this.#file, values: this.#values, keys: this.#keys } };
  }

  #plain(node: Node | null, path: Path): Plain {
    if (node === null) return null;
    const at = lineColumn(this.#lines, node.range?.[0] ?? 0);
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES) throw new NotPlain(`more than ${MOST_NODES} values, aliases resolved`, at);
    if (path.length > DEEPEST) throw new NotPlain(`nested more than ${DEEPEST} deep`, at);
    const key = pathText(path);
    if (!this.#values.has(key)) this.#values.set(key, at);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw new NotPlain(`there is no anchor &${node.source} before this`, at);
      return this.#plain(target, path);
    }
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      throw new NotPlain(`tags such as ${node.tag} are not used here`, at);
    if (isScalar(node)) return scalar(node.value, at);
    if (isSeq(node))
      return node.items.map((item, index) => this.#plain(item as Node | null, [...path, index]));
    if (!isMap(node)) throw new NotPlain('neither a mapping, a list nor text', at);
    return Object.fromEntries(
      node.items.map(({ key: name, value }) => {
        const word = this.#key(name, at);
        if (isScalar(name))
          this.#keys.set(pathText([...path, word]), lineColumn(this.#lines, name.range?.[0] ?? 0));
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
