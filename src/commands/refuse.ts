/** What a command says before it ends without having done its work: on standard error, in sentences. */
import type { Problem } from '../desired/desired.js';
import type { Loaded } from '../settings/load.js';
import { exitCode } from './command.js';

/** One sentence, and exit code 1. */
export function fail(message: string): number {
  process.stderr.write(`katod: ${message}\n`);
  return exitCode.failed;
}

/** Bad usage: one sentence, how to learn more, and exit code 2. */
export function misuse(message: string, command: string | null): number {
  process.stderr.write(`katod: ${message}\nSee: katod help${command === null ? '' : ` ${command}`}\n`);
  return exitCode.usage;
}

/** Every problem in a line of its own, with its place in front. */
export function problemLines(problems: readonly Problem[]): string {
  return problems.map(({ place, message }) => `${place}: ${message}\n`).join('');
}

/** Goes on with the settings; where any is wrong, names all that are, and returns exit code 2. */
export async function withSettings<Result>(
  loading: Promise<Loaded<Result>>,
  next: (settings: Result) => Promise<number>,
): Promise<number> {
  const loaded = await loading;
  if (loaded.ok) return next(loaded.settings);
  process.stderr.write(`katod: wrong settings:\n${problemLines(loaded.problems)}`);
  return exitCode.usage;
}
