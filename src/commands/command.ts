/** The form of a command: what it takes, how it is explained, and how it is run. */
import type { Sources } from '../settings/given.js';
import type { SettingName } from '../settings/table.js';

/** The contract's section 7. */
export const exitCode = { done: 0, failed: 1, usage: 2, changes: 3, notHealthy: 3 } as const;

/** A flag of a command's own, without a value. */
export interface Switch {
  readonly name: string;
  readonly help: string;
}

/** A flag of a command's own, with a value. */
export interface Option {
  readonly name: string;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly help: string;
}

/** What somebody typed, already checked against the command's form. */
export interface Invocation {
  /** Settings as given; the command reads those it needs. */
  readonly sources: Sources;
  /** In the order of the command's arguments; a list for the last one where it takes several. */
  readonly words: readonly string[];
  readonly switches: ReadonlySet<string>;
  /** Those that were given. */
  readonly options: ReadonlyMap<string, string>;
}

export interface Command {
  readonly name: string;
  /** As yargs writes them: `<node> [roles]`, `[path..]`. Empty: takes none. */
  readonly takes: string;
  readonly summary: string;
  /** Settings whose flags it takes; `--config` comes with the first. */
  readonly settings: readonly SettingName[];
  readonly switches: readonly Switch[];
  /** Default: none. */
  readonly options?: readonly Option[];
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, explanation: string])[];
  /** Loads the command's own file, and returns the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Prints for people become one JSON value. */
export const json: Switch = { name: 'json', help: 'print JSON' };
