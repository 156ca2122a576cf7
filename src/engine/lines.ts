/** Lines out of a byte stream: the engine's chunks are not framed, and may cut a line or a character in two. */
import { StringDecoder } from 'node:string_decoder';

/** No event or progress line comes near; what is longer is skipped rather than held in memory. */
const LONGEST_LINE = 1024 * 1024;

/** Takes chunks and hands on each line that is complete and not empty, without its end. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let tail = '';
  let skipping = false;
  return (chunk) => {
    const pieces = (tail + decoder.write(chunk)).split('\n');
    tail = pieces.pop() ?? '';
    for (const piece of pieces) {
      const line = piece.endsWith('\r') ? piece.slice(0, -1) : piece;
      if (line !== '' && !skipping) onLine(line);
      skipping = false;
    }
    if (tail.length > LONGEST_LINE) {
      tail = '';
      skipping = true;
    }
  };
}

/** The JSON object on a line, or null where it is none. */
export function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    // A line that can't be read tells nothing; whoever reads the stream judges by how it ends.
    return null;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
