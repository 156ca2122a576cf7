/** A time of day that can be moved under running programs, by libfaketime; their monotonic clock goes on as it was. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from './command.js';

export interface Clock {
  /** The command line that runs `argv` by this clock. */
  by(argv: readonly string[]): readonly string[];
  /** So many days from the true time, for whatever runs by it already as well. */
  move(days: number): void;
}

/**
 * `folder` takes the file that says what time it is. What the library keeps in /dev/shm would outlive a program that is
 * killed, and fail the next one of its process id: there it has a file system of its own, which ends with the program.
 */
export async function movableClock(folder: string): Promise<Clock> {
  const library = (await outputOf(['faketime', '-m', '-f', '+0', 'printenv', 'LD_PRELOAD'])).trim();
  const file = join(folder, 'clock');
  const settings = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const script = 'mount -t tmpfs tmpfs /dev/shm && exec env "$@"';
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const move = (days: number) => {
    writeFileSync(`${file}.new`, `${days < 0 ? '' : '+'}${days}d\n`);
    renameSync(`${file}.new`, file);
  };
  move(0);
  return { by: (argv) => ['unshare', '--mount', 'sh', '-c', script, 'sh', ...words, ...argv], move };
}
