/** What is wrong with a template, in words of our own, out of what the template engine throws. */
import { LiquidError } from 'liquidjs';
import { OverBudget } from './budget.js';

export interface Flaw {
  readonly message: string;
  /** Dotted name that is not set, when that is what is wrong. */
  readonly unset: string | null;
  /** Line and column in the template, from 1. */
  readonly at: { readonly line: number; readonly column: number } | null;
}

const UNSET = /^undefined variable: (.*)$/s;

export function flawOf(error: unknown): Flaw {
  const cause = causeOf(error);
  const at = placeOf(error);
  if (cause instanceof OverBudget) return { message: cause.message, unset: null, at: null };
  if (cause instanceof RangeError) return { message: 'nested too deeply', unset: null, at };
  const text = cause instanceof Error ? cause.message : String(cause);
  const unset = UNSET.exec(text)?.[1] ?? null;
  if (unset !== null) return { message: `${unset.slice(0, 140)} is not set`, unset, at };
  const first = (text.split('\n')[0] ?? '').replace(/, line:\d+, col:\d+$/, '');
  return { message: first.slice(0, 200), unset: null, at };
}

/** The engine wraps an error once for each tag around it. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (LiquidError.is(cause) && originalOf(cause) instanceof Error) cause = originalOf(cause);
  return cause;
}

function originalOf(error: object): unknown {
  return Reflect.get(error, 'originalError');
}

function placeOf(error: unknown): Flaw['at'] {
  if (!LiquidError.is(error)) return null;
  const [line, column] = error.token.getPosition();
  return line === undefined || column === undefined ? null : { line, column };
}
