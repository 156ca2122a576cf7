/** What zod finds wrong, as problems with a place and in words of our own. */
import type * as z from 'zod';
import type { Problem } from '../desired/desired.js';
import { suggestion } from '../settings/nearest.js';
import { type Path, type Places, pathText, placeOf, placeOfKey } from './yaml.js';

/** One thing wrong with a value, at the path of the value or of an unknown key. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly unknownKey: boolean;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Checks a value, all issues at once. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const result = schema.safeParse(value, { error: words });
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, issues: result.error.issues.flatMap(toIssues) };
}

/** An issue as a problem of the file it was read from. */
export function toProblem({ path, message, unknownKey }: Issue, places: Places): Problem {
  const place = unknownKey ? placeOfKey(places, path) : placeOf(places, path);
  return { place, message: path.length === 0 ? message : `${pathText(path)}: ${message}` };
}

/** Longer lists of keys are better looked up. */
const SHORT_LIST = 12;
/** Unknown keys that are told of one mapping. */
const MOST_TOLD = 20;

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

function words(issue: RawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return knownKeys(issue).join(' ');
  if (issue.code !== 'invalid_type') return undefined;
  const expected = { object: 'a mapping', record: 'a mapping', array: 'a list', string: 'text' }[
    String(issue.expected)
  ];
  if (issue.input === undefined) return 'is missing';
  if (issue.input === null) return 'has no value: give it one, or remove the line; an empty text is ""';
  const found = Array.isArray(issue.input)
    ? 'a list'
    : typeof issue.input === 'object'
      ? 'a mapping'
      : 'text';
  return `expected ${expected ?? issue.expected}, found ${found}`;
}

/** The schema that complained is only known here; its keys travel in the message to where each key gets its own. */
function knownKeys(issue: RawIssue): readonly string[] {
  const definition: unknown = issue.inst?._zod.def;
  const shape: unknown = definition === undefined ? null : Reflect.get(Object(definition), 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

function toIssues(issue: z.core.$ZodIssue): readonly Issue[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.split(' ').filter((word) => word !== '');
      return issue.keys.slice(0, MOST_TOLD).map((key) => ({
        path: [...path, key],
        message: `unknown key${suggestion(key, known) || (known.length > 0 && known.length <= SHORT_LIST ? `; known are ${known.join(', ')}` : '')}`,
        unknownKey: true,
      }));
    }
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? 'not a name', unknownKey: true }];
    default:
      return [{ path, message: issue.message, unknownKey: false }];
  }
}
