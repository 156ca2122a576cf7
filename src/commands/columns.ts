/** Aligned columns for people, colours where the terminal has them, and the breaking of long lines. */
import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_colour, text) => text;

/** Colours on a terminal that wants them (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  return stream.isTTY === true && !process.env.NO_COLOR ? (colour, text) => styleText(colour, text) : plain;
}

/** One line for each row, cells padded to the widest of their column, two blanks apart. */
export function alignColumns(rows: readonly (readonly Cell[])[], paint: Paint): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ text }, column) => {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    });
  }
  return rows.map((row) =>
    row
      .map(({ text, colour }, column) => {
        const padding = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - text.length + 2);
        return (colour === undefined ? text : paint(colour, text)) + padding;
      })
      .join('')
      .trimEnd(),
  );
}

/** Breaks a text at blanks; every line after the first begins with `indent`. A longer word stays whole. */
export function breakLine(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
