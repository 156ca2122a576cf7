/** The text of a settings file as keys with their texts and lines. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Problem } from '../desired/desired.js';
import type { FileContent, FileEntry } from './file.js';

/** `file` is the path for the places. */
export function parseSettingsText(file: string, text: string): FileContent {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const entries: FileEntry[] = [];
  const problems: Problem[] = [];
  const placeAt = (offset: number): string => `${file}:${lines.linePos(offset).line}`;

  const visit = (node: Node | null, path: readonly string[], place: string): void => {
    const key = path.join('.');
    if (isMap(node)) {
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? pair.key : null;
        const at = name?.range ? placeAt(name.range[0]) : place;
        visit(pair.value as Node | null, [...path, String(name?.value)], at);
      }
    } else if (path.length === 0) {
      problems.push({ place, message: 'the file is no mapping: write one "key: value" a line' });
    } else if (isSeq(node) && node.items.every((item) => isScalar(item) && item.value !== null)) {
      entries.push({ key, place, text: node.items.map((item) => scalarText(item as Node)).join(',') });
    } else if (isScalar(node) && node.value !== null) {
      entries.push({ key, place, text: scalarText(node) });
    } else {
      problems.push({ place, message: `"${key}" has no value: give it one, or remove the line` });
    }
  };

  for (const error of document.errors) {
    problems.push({ place: placeAt(error.pos[0]), message: `not valid YAML: ${error.message}` });
  }
  if (problems.length === 0 && document.contents !== null) visit(document.contents, [], file);
  return { entries, problems };
}

/** As it is written: `010` stays `010`, and is no octal number. */
function scalarText(node: Node): string {
  const { value, source } = node as { value?: unknown; source?: string };
  return typeof value === 'string' ? value : (source ?? String(value));
}
