/** Where the demo is shown: lines that stay, and below them, on a terminal, a part that is drawn anew in place. */
import { breakLine, type Colour, paintFor } from '../../../src/commands/columns.js';
import { liveScreen } from './live-screen.js';
import { plainScreen } from './plain-screen.js';
import type { Scene } from './table.js';

export interface Surface {
  /** Lines that stay, none longer than the screen is wide. */
  print(lines: readonly string[]): void;
  /** Shows how things are now. */
  draw(scene: Scene): void;
  /** Ends the live part: erased, or left as it is. */
  finish(leave: boolean): void;
}

export interface Screen {
  /** Milliseconds after each step, for people to look at the table. */
  readonly pause: number;
  /** A command, or a title, as it is typed. */
  typed(text: string): void;
  /** What came of it: a text with what stands before its first line. */
  outcome(head: string, text: string, colour?: Colour): void;
  draw(scene: Scene): void;
  /** Afterwards nothing is shown any more. `leave`: the table stays. */
  close(leave: boolean): void;
}

/** On a terminal, else as plain lines. */
export function openScreen(stream: NodeJS.WriteStream): Screen {
  const terminal = stream.isTTY === true;
  const paint = paintFor(stream);
  const surface: Surface = terminal ? liveScreen(stream, paint) : plainScreen(stream);
  const columns = () => (terminal ? stream.columns || 80 : 100);
  let open = true;
  const print = (lines: readonly string[]) => {
    if (open) surface.print(lines);
  };
  return {
    pause: terminal ? 1000 : 0,
    typed: (text) => print(breakLine(text, columns() - 1, '    ').map((line) => paint('bold', line))),
    outcome(head, text, colour) {
      const room = columns() - 1 - head.length - 2;
      const lines = text.split('\n').flatMap((line) => breakLine(line, room, ''));
      const indent = ' '.repeat(head.length);
      print(
        lines.map((line, index) => {
          const whole = `${index === 0 ? head : indent}  ${line}`;
          return colour === undefined ? whole : paint(colour, whole);
        }),
      );
    },
    draw: (scene) => {
      if (open) surface.draw(scene);
    },
    close(leave) {
      if (open) surface.finish(leave);
      open = false;
    },
  };
}
