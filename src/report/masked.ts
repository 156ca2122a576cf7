/** Plain data without the secrets in its texts: what the agent tells and logs goes through here. Pure. */
import type { Mask } from './secrets.js';

/**
 * Words of our own, names that people gave, and stamps: never made with a secret, and relied upon by programs. Whatever
 * is not listed is foreign, so that a new field is masked by itself.
 */
const OUR_WORDS: ReadonlySet<string> = new Set([
  'action',
  'api',
  'at',
  'component',
  'do',
  'from',
  'health',
  'id',
  'kind',
  'level',
  'name',
  'node',
  'outcome',
  'roles',
  'since',
  'startedAt',
  'state',
  'status',
  'time',
  'to',
  'until',
  'version',
  'waits',
  'what',
]);

/** Nothing we tell is nested so deeply; what was thrown at us may be, and may go in circles. */
const DEEPEST = 12;

/** The same data, its texts masked at any depth. What is not plain data is left as it is. */
export function masked<Data>(data: Data, mask: Mask): Data {
  return visit(data, mask, 0) as Data;
}

function visit(value: unknown, mask: Mask, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((item) => visit(item, mask, depth + 1));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, OUR_WORDS.has(key) ? inner : visit(inner, mask, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
