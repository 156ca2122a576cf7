/** One performance from the first line to the last: sets up, plays, ends everything, and says whether it went well. */
import { letGo } from './background.js';
import { Director, Unexpected } from './director.js';
import { type Interruption, listenForInterruption } from './interruption.js';
import { keptText } from './kept.js';
import { openScreen, type Screen } from './screen.js';
import { type Stage, Theatre } from './stage.js';
import { secondsOf } from './table.js';
import { assignRole, setUp, tour } from './tour.js';

type Ending =
  | { readonly kind: 'played'; readonly stage: Stage }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Resolves with the exit code when nothing is left; with `keep`, only once somebody has ended what was kept. */
export async function present({ keep }: { readonly keep: boolean }): Promise<number> {
  const began = performance.now();
  const interruption = listenForInterruption(process.stdout);
  const screen = openScreen(process.stdout);
  const director = new Director(screen, interruption.signal);
  const theatre = new Theatre();
  const played = play(director, theatre, keep);
  const ending = await Promise.race([played, interruption.happened]);
  director.close();
  try {
    if (typeof ending === 'number') {
      screen.outcome(secondsOf(director.elapsed()), 'interrupted: everything is ended', 'yellow');
      const clean = await endAll(theatre, screen);
      await played;
      return clean ? ending : 1;
    }
    if (ending.kind === 'failed') {
      tellFailure(screen, secondsOf(director.elapsed()), ending.error);
      screen.close(true);
      await endAll(theatre, screen);
      return 1;
    }
    if (keep) return await keepUntil(interruption, theatre, screen, ending.stage);
    return (await endAll(theatre, screen, began)) ? 0 : 1;
  } finally {
    screen.close(false);
    interruption.close();
  }
}

async function play(director: Director, theatre: Theatre, keep: boolean): Promise<Ending> {
  try {
    const stage = await setUp(director, theatre);
    await tour(director, stage);
    if (keep) await assignRole(director, stage);
    return { kind: 'played', stage };
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
async function endAll(theatre: Theatre, screen: Screen, began?: number): Promise<boolean> {
  const start = performance.now();
  screen.typed('# the host is ended');
  const timer = setInterval(() => {
    const waiting = { what: 'ending everything', elapsed: performance.now() - start };
    screen.draw({ waiting, report: null, answers: false });
  }, 100);
  const left = await theatre.close().finally(() => clearInterval(timer));
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
  theatre: Theatre,
  screen: Screen,
  stage: Stage,
): Promise<number> {
  screen.close(true);
  process.stdout.write(keptText(stage));
  interruption.staysAlone();
  await letGo();
  // Nothing else keeps this process alive: all that it has started is unreferenced.
  const anchor = setInterval(() => {}, 3_600_000);
  await interruption.happened;
  clearInterval(anchor);
  return (await theatre.close()).length === 0 ? 0 : 1;
}
