/** A line of the store as the command that puts it there, for any POSIX shell. */
import type { Put } from './rule.js';

export function etcdctlLine({ key, value }: Put): string {
  // A value that begins with a dash would be read as a flag.
  const words = value.startsWith('-') ? ['put', '--', key, value] : ['put', key, value];
  return ['etcdctl', ...words.map(quoted)].join(' ');
}

/** As it is where no shell finds anything in it; else in single quotes. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
