/** Paths of plain members into a JSON value: `$.leader`, `$.a.b[0]`, `$['registrar/log/recovered']`. */

const SEGMENT =
  /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\['((?:[^'\\]|\\['\\])*)'\]|\["((?:[^"\\]|\\["\\])*)"\]/y;

/** Names of members and positions in arrays. */
export type JsonPath = readonly (string | number)[];

/** Null for anything but `$` and plain members: no wildcards, slices, filters or negative positions. */
export function parseJsonPath(text: string): JsonPath | null {
  if (!text.startsWith('$')) return null;
  const path: (string | number)[] = [];
  SEGMENT.lastIndex = 1;
  while (SEGMENT.lastIndex < text.length) {
    const found = SEGMENT.exec(text);
    if (found === null) return null;
    const [, member, position, single, double] = found;
    if (position !== undefined) path.push(Number(position));
    else path.push(member ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
  }
  return path;
}

/** The value at a path, or undefined where there is none. JSON itself has no undefined. */
export function readMember(value: unknown, path: JsonPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (typeof step === 'number' && !Array.isArray(at)) return undefined;
    if (!Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/** Compares as people write values: the number 1 (and 1.0) equals `1` and `1.0`, true equals `true`. */
export function equalsText(value: unknown, text: string): boolean {
  switch (typeof value) {
    case 'number':
      return text.trim() !== '' && Number(text) === value;
    case 'string':
    case 'boolean':
      return String(value) === text;
    default:
      return value === null && text === 'null';
  }
}
