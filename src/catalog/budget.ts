/** Bounds on the work of rendering: counted, not timed, so that the same input always gives the same result. */

/** What is written and each filter, of all templates of one definition: some 40 ms at the very worst (test/bench/resolve.ts). */
const STEPS = 4_000;
/** Files of the catalog's `templates` folder, which the store can't write. */
export const FILE_STEPS = 20_000;
const OUTPUT = 1_000_000;
/** Characters and elements that filters and ranges make on the way. */
const WORK = 4_000_000;

export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/** What is left for the templates of one definition. Spent by rendering; made anew for each definition. */
export interface Budget {
  step(): void;
  output(characters: number): void;
  work(amount: number): void;
}

export function openBudget(steps = STEPS): Budget {
  return {
    step: counter(steps, 'steps'),
    output: counter(OUTPUT, 'characters of output'),
    work: counter(WORK, 'characters and elements on the way'),
  };
}

function counter(limit: number, of: string): (amount?: number) => void {
  let used = 0;
  return (amount = 1) => {
    if (amount > 0) used += amount;
    if (!(used <= limit)) {
      throw new OverBudget(
        `the templates take more than ${limit.toLocaleString('en')} ${of}: make them smaller`,
      );
    }
  };
}
