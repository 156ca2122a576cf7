/** The figures as a table for people, and as data for programs. Pure. */
import { type Figure, judge, type Unit, type Verdict } from './figure.js';
import type { Summary } from './statistics.js';

const HEAD = ['', 'what', 'katod', 'against', 'reached', 'target', ''];

/** A line for each figure; medians, with the quartiles in brackets. */
export function printTable(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map((figure) => row(figure, judge(figure)))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const met = figures.filter((figure) => judge(figure).met).length;
  return [...lines, '', `${met} of ${figures.length} targets met`].join('\n');
}

function row(figure: Figure, { own, theirs, reached, met }: Verdict): string[] {
  const { measure, what, unit, against, target } = figure;
  const goal = against === undefined ? unit : '×';
  return [
    measure,
    what,
    spread(own, unit),
    against === undefined || theirs === null ? '' : `${against.who} ${spread(theirs, unit)}`,
    quantity(reached, goal),
    `≤ ${quantity(target, goal)}`,
    met ? 'met' : 'MISSED',
  ];
}

function spread({ median, quartiles: [low, high] }: Summary, unit: Unit): string {
  return low === high ? quantity(median, unit) : `${quantity(median, unit)} (${short(low)}–${short(high)})`;
}

function quantity(value: number, unit: Unit): string {
  return unit === '×' ? `${value.toFixed(2)} ×` : `${short(value)} ${unit}`;
}

function short(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2).replace(/\.?0+$/, '') : value.toFixed(0);
}

export function asData(figures: readonly Figure[]): readonly object[] {
  return figures.map((figure) => ({ ...figure, ...judge(figure) }));
}
