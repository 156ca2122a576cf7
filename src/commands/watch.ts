/** Draws something anew each second: in place on a terminal, else whenever it has changed. Ctrl-C ends it. */
import { setTimeout as wait } from 'node:timers/promises';
import { exitCode } from './command.js';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const HOME = '\u001b[H';
const CLEAR = '\u001b[2J';
const CLEAR_REST_OF_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Never returns: SIGINT and SIGTERM end the process with exit code 0. */
export async function watch(look: () => Promise<{ readonly text: string }>): Promise<never> {
  const terminal = process.stdout.isTTY === true;
  const end = (): void => {
    if (terminal) process.stdout.write(`${SHOW_CURSOR}\n`);
    process.exit(exitCode.done);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  if (terminal) process.stdout.write(HIDE_CURSOR + CLEAR);
  let before = '';
  for (;;) {
    const { text } = await look();
    if (terminal) process.stdout.write(frame(text, process.stdout.rows || 24));
    else if (text !== before) process.stdout.write(`${text}\n`);
    before = text;
    await wait(1_000);
  }
}

/** Written over the last one in one go, each line cleared to its end: no blank screen in between. */
function frame(text: string, rows: number): string {
  const lines = text.split('\n');
  const room = Math.max(1, rows - 2);
  const shown =
    lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return HOME + shown.map((line) => `${line}${CLEAR_REST_OF_LINE}\n`).join('') + CLEAR_BELOW;
}
