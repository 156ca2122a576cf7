/** Plain data without the secrets in its texts: what the agent tells and logs goes through here. Pure. */
import type { ComponentReport, Report } from './report.js';
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

/**
 * The same data, its texts masked at any depth. What is not plain data is left as it is, and so is what has nothing to
 * mask: a report is made at each turn, and a copy of it would be most of the work.
 */
export function masked<Data>(data: Data, mask: Mask): Data {
  return visit(data, mask, 0) as Data;
}

/** A report that is built in steps, masked in steps: after each component. */
export function* maskedInSteps(building: Generator<void, Report>, mask: Mask): Generator<void, Report> {
  const { components, ...rest } = yield* building;
  const told: ComponentReport[] = [];
  for (const component of components) {
    told.push(masked(component, mask));
    yield;
  }
  return { ...masked(rest, mask), components: told };
}

function visit(value: unknown, mask: Mask, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => visit(item, mask, depth + 1));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isPlain(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const key in value) {
    if (OUR_WORDS.has(key)) continue;
    const inner = value[key];
    const shown = visit(inner, mask, depth + 1);
    if (shown === inner) continue;
    copy ??= { ...value };
    // An assignment to `__proto__` would be none.
    Object.defineProperty(copy, key, { value: shown, enumerable: true, writable: true, configurable: true });
  }
  return copy ?? value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
