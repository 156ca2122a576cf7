/** One performance from the first line to the last: sets up, plays, ends everything, and says whether it went well. */
import { letGo } from './background.js';
import { Director, Unexpected } from './director.js';
import { type Interruption, listenForInterruption } from './interruption.js';
import { openScreen, type Screen } from './screen.js';
import { secondsOf } from './table.js';

/** What is played. */
export interface Piece {
  /** Resolves with what is said about what is to be left running; null: nothing is. */
  play(director: Director): Promise<string | null>;
  /** Ends everything, also while it is being started, and returns what is left of it. */
  close(): Promise<readonly string[]>;
}

type Ending =
  | { readonly kind: 'played'; readonly kept: string | null }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Resolves with the exit code when nothing is left; where it is left running, only once somebody has ended it. */
export async function present(piece: Piece): Promise<number> {
  const began = performance.now();
  const interruption = listenForInterruption(process.stdout);
  const screen = openScreen(process.stdout);
  const director = new Director(screen, interruption.signal);
  const played = play(director, piece);
  const ending = await Promise.race([played, interruption.happened]);
  director.close();
  try {
    if (typeof ending === 'number') {
      screen.outcome(secondsOf(director.elapsed()), 'interrupted: everything is ended', 'yellow');
      const clean = await endAll(piece, screen);
      await played;
      return clean ? ending : 1;
    }
    if (ending.kind === 'failed') {
      tellFailure(screen, secondsOf(director.elapsed()), ending.error);
      screen.close(true);
      await endAll(piece, screen);
      return 1;
    }
    if (ending.kept !== null) return await keepUntil(interruption, piece, screen, ending.kept);
    return (await endAll(piece, screen, began)) ? 0 : 1;
  } finally {
    screen.close(false);
    interruption.close();
  }
}

async function play(director: Director, piece: Piece): Promise<Ending> {
  try {
    return { kind: 'played', kept: await piece.play(director) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function tellFailure(screen: Screen, elapsed: string, error: unknown): void {
  const [expected, seen] =
    error instanceof Unexpected
      ? [error.expected, error.seen]
      : ['the step can be carried out', error instanceof Error ? error.message : String(error)];
  screen.outcome(elapsed, `FAILED. Expected: ${expected}\nSeen: ${seen}`, 'red');
}

/** True when nothing is left. `began`, of the whole performance, is given where all went well. */
async function endAll(piece: Piece, screen: Screen, began?: number): Promise<boolean> {
  const start = performance.now();
  screen.typed('# everything is ended');
  const timer = setInterval(() => {
    const waiting = { what: 'ending everything', elapsed: performance.now() - start };
    screen.draw({ waiting, report: null, answers: false });
  }, 100);
  const left = await piece.close().finally(() => clearInterval(timer));
  const elapsed = secondsOf(performance.now() - start);
  if (left.length > 0) {
    screen.outcome(elapsed, `FAILED. Expected: nothing is left. Seen: ${left.join(', ')}`, 'red');
    return false;
  }
  const whole = began === undefined ? '' : `; all of it took ${secondsOf(performance.now() - began).trim()}`;
  screen.outcome(elapsed, `nothing is left: no process, no namespace, no mount, no folder${whole}`);
  return true;
}

async function keepUntil(
  interruption: Interruption,
  piece: Piece,
  screen: Screen,
  kept: string,
): Promise<number> {
  screen.close(true);
  process.stdout.write(kept);
  interruption.staysAlone();
  await letGo();
  // Nothing else keeps this process alive: all that it has started is unreferenced.
  const anchor = setInterval(() => {}, 3_600_000);
  await interruption.happened;
  clearInterval(anchor);
  return (await piece.close()).length === 0 ? 0 : 1;
}
