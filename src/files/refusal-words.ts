/** Why a check has refused files, in the program's own words, bounded. Pure. */
import type { ExecResult } from '../engine/engine.js';

/** Of what it printed the last lines that fit into so many characters; a longer one is cut. */
const LONGEST = 600;
const MOST_LINES = 6;
/** An output may have lost its begin where it is longer; the engine keeps 4 KB, and a character is 4 bytes at most. */
const SURELY_WHOLE = 1_000;

/** Null where it has accepted them. `result` null: it has not ended within `deadline` milliseconds. */
export function refusalWords(
  [program = '']: readonly string[],
  result: ExecResult | null,
  deadline: number,
): string | null {
  if (result === null) return `${program} has not ended in ${deadline / 1000} s`;
  if (result.exitCode === 0) return null;
  const words = lastLines(result.output);
  return `${program} ended with exit code ${result.exitCode}${words === '' ? '' : `: ${words}`}`;
}

/** Cut at ends of lines only, or at the end of the text: half of a secret at its begin could not be told from chance. */
function lastLines(output: string): string {
  const lines = output
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[\p{Cc}\s]+/gu, ' ').trim())
    .filter((line) => line !== '');
  const whole = output.length > SURELY_WHOLE && lines.length > 1 ? lines.slice(1) : lines;
  const kept = whole.slice(-MOST_LINES);
  while (kept.length > 1 && kept.join(' | ').length > LONGEST) kept.shift();
  const text = kept.join(' | ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
