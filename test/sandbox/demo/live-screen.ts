/** A terminal: the live part is written over in place, changed lines only and in one go, so that nothing flickers. */
import type { Paint } from '../../../src/commands/columns.js';
import type { Surface } from './screen.js';
import { type Scene, sceneLines } from './table.js';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearRestOfLine = '\u001b[K';
const clearBelow = '\u001b[J';
/** Terminals that know these show what is between them at once; the others ignore them. */
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

/** The cursor rests below the live part, at the start of a line. */
export function liveScreen(stream: NodeJS.WriteStream, paint: Paint): Surface {
  let live: readonly string[] = [];
  let last: Scene = { waiting: null, report: null, answers: false };
  // The terminal may have written ^C where the cursor rests.
  const toTop = () => (live.length === 0 ? '\r' : `\r\u001b[${live.length}A`);
  const whole = (lines: readonly string[]) => lines.map((line) => `${line}${clearRestOfLine}\n`).join('');
  const linesOf = (scene: Scene) =>
    sceneLines(scene, { columns: stream.columns || 80, paint, now: Date.now() }).slice(
      0,
      Math.max(1, (stream.rows || 24) - 2),
    );
  const onResize = () => {
    // Where the old lines have gone is not known: what is left of them above is better than a gap.
    stream.write(`${toTop()}${clearBelow}`);
    live = [];
    surface.draw(last);
  };
  const surface: Surface = {
    print(lines) {
      stream.write(`${begin}${toTop()}${whole(lines)}${whole(live)}${clearBelow}${end}`);
    },
    draw(scene) {
      last = scene;
      const next = linesOf(scene);
      const changed = next.map((line, index) =>
        line === live[index] ? '\n' : `${line}${clearRestOfLine}\n`,
      );
      const shorter = next.length < live.length ? clearBelow : '';
      if (shorter !== '' || next.some((line, index) => line !== live[index]))
        stream.write(`${begin}${toTop()}${changed.join('')}${shorter}${end}`);
      live = next;
    },
    finish(leave) {
      stream.off('resize', onResize);
      stream.write(`${leave ? '' : `${toTop()}${clearBelow}`}${showCursor}`);
      live = [];
    },
  };
  stream.write(hideCursor);
  stream.on('resize', onResize);
  return surface;
}
