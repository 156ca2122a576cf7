/** One line of the result: what was measured, what it is held against, and whether the target is met. Pure. */
import { type Summary, summarize } from './statistics.js';

export type Unit = 'ms' | 'MB' | '%' | 'calls' | 'writes' | '×';

export interface Figure {
  /** The measure it belongs to, as it is called on the command line. */
  readonly measure: string;
  readonly what: string;
  readonly unit: Unit;
  /** One of each round. */
  readonly values: readonly number[];
  /** Who does the same job, in the same rounds. */
  readonly against?: { readonly who: string; readonly values: readonly number[] };
  /** The most it may be: of the median, or with `against` as a multiple of theirs. */
  readonly target: number;
}

export interface Verdict {
  readonly own: Summary;
  readonly theirs: Summary | null;
  /** What the target is about: the median, or the ratio of the medians. */
  readonly reached: number;
  readonly met: boolean;
}

export function judge({ values, against, target }: Figure): Verdict {
  const own = summarize(values);
  const theirs = against === undefined ? null : summarize(against.values);
  const reached = theirs === null ? own.median : own.median / theirs.median;
  return { own, theirs, reached, met: reached <= target };
}
