/** Reads a program's log file as lines of JSON, the way a log shipper would. */
import { readFileSync } from 'node:fs';

/** One line of the log; the fields are pino's and the program's own. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface LogReader {
  /** Lines that are JSON objects, oldest first. */
  lines(): readonly LogLine[];
  /** The whole file, other lines included. */
  text(): string;
}

/** Looks at the file anew at each question: what the program has written by then is in the answer. */
export function readLogFrom(path: string): LogReader {
  const text = () => readFileSync(path, 'utf8');
  return { text, lines: () => text().split('\n').flatMap(parsed) };
}

function parsed(line: string): LogLine[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
