/** What a store file says: one YAML mapping of keys, as in etcd but without the prefix, to values. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Entry, Reading } from './store.js';

/** The entries of one node. Never throws; trouble reads `store unreadable: …` with the place and what to do. */
export async function readStoreFile(path: string, node: string): Promise<Reading> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    return unreadable(path, readCause(error as NodeJS.ErrnoException));
  }
  return parseStoreFile({ path, content, node });
}

/** The keys below a folder such as `members/`, in their order. */
export async function listStoreFile(
  path: string,
  folder: string,
): Promise<{ readonly ok: true; readonly entries: readonly Entry[] } | Unreadable> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    return unreadable(path, readCause(error as NodeJS.ErrnoException));
  }
  const read = valuesIn(path, content);
  if (!read.ok) return read;
  const { revision } = read;
  const entries = [...read.values]
    .filter(([key]) => key.startsWith(folder))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => ({ key, value: Buffer.from(value), revision }));
  return { ok: true, entries };
}

export interface StoreFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly node: string;
}

export function parseStoreFile({ path, content, node }: StoreFile): Reading {
  const read = valuesIn(path, content);
  if (!read.ok) return read;
  const { revision, values } = read;
  return { ok: true, snapshot: { revision, clusterId: null, entries: entriesOf(values, node) } };
}

type Unreadable = Extract<Reading, { readonly ok: false }>;

function valuesIn(
  path: string,
  content: Uint8Array,
):
  | { readonly ok: true; readonly revision: string; readonly values: ReadonlyMap<string, string> }
  | Unreadable {
  try {
    const values = valuesOf(decode(content));
    return { ok: true, revision: createHash('sha256').update(content).digest('hex'), values };
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    return unreadable(path + (error.place ?? ''), error.message);
  }
}

class Misread extends Error {
  /** `:line:column` */
  readonly place: string | undefined;

  constructor(message: string, place?: string) {
    super(message);
    this.place = place;
  }
}

function decode(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new Misread('it is not UTF-8 text: save it as UTF-8');
  }
}

function valuesOf(text: string): Map<string, string> {
  const places = lineStarts(text);
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Misread(headline(error), placeAt(places, error.pos[0]));
  const { contents } = document;
  // An empty file is more likely half written than meant.
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    throw new Misread('it is empty: write the keys, or {} if there are to be none');
  }
  if (!isMap(contents)) {
    throw new Misread('it is not a mapping of keys: write lines such as "nodes/web-1/role: master"');
  }
  const values = new Map<string, string>();
  for (const { key, value } of contents.items) {
    const place = placeAt(places, (key as ParsedNode | null)?.range[0] ?? 0);
    if (!isScalar(key) || typeof key.value !== 'string' || !/^[^/]+\/./.test(key.value)) {
      throw new Misread(`${String(key)} is no key of the store: write keys such as nodes/web-1/role`, place);
    }
    try {
      values.set(key.value, textOf(value, document));
    } catch (problem) {
      throw new Misread(`the value of ${key.value}: ${(problem as Error).message}: correct it`, place);
    }
  }
  return values;
}

/** A scalar as it is written, so that `1.0` stays `1.0`; a list or mapping as YAML. */
function textOf(value: Node | null, document: Document): string {
  const node = isAlias(value) ? value.resolve(document) : value;
  if (node === undefined) throw new Error('the alias stands for nothing before it');
  if (node === null) return '';
  if (isScalar(node)) {
    if (typeof node.value === 'string') return node.value;
    if (node.source !== undefined) return node.source;
    throw new Error(`a value of type ${node.tag ?? typeof node.value} can't be text`);
  }
  const part = new Document();
  part.contents = hasAlias(node) ? part.createNode(node.toJS(document)) : node;
  return part.toString();
}

function hasAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function entriesOf(values: ReadonlyMap<string, string>, node: string): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const [key, value] of values) {
    if (key.startsWith('cluster/') || key.startsWith(`nodes/${node}/`)) entries.set(key, Buffer.from(value));
  }
  return entries;
}

function headline(error: YAMLError): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'the same key stands there already: remove one';
    case 'MULTIPLE_DOCS':
      return 'a second document begins: keep one';
    default: {
      // The library's message goes on with an excerpt of the file, which may hold a secret.
      const [first = error.code] = error.message.split(/ at line |:?\n/);
      return `${first.trim()}: correct it`;
    }
  }
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\n/g)].map((line) => line.index + 1)];
}

function placeAt(starts: readonly number[], offset: number): string {
  const line = starts.findLastIndex((start) => start <= offset);
  return `:${line + 1}:${offset - (starts[line] ?? 0) + 1}`;
}

function unreadable(place: string, problem: string): Unreadable {
  return { ok: false, why: `store unreadable: ${place}: ${problem}` };
}

function readCause(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file: create it, with lines such as "nodes/web-1/role: master"';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied: let this program read it';
    case 'EISDIR':
      return 'it is a folder: name a file';
    default:
      return `${error.code ?? error.message}: see that it can be read`;
  }
}
