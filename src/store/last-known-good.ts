/**
 * Keeps one document on disk through crashes, power cuts and bit rot: the last good answer of the store.
 * A line with format version and checksum, then JSON; the copy before it is kept beside it.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.js';

export interface LastKnownGood {
  /** The newest copy that is whole, null if there is none. Each copy that was passed over is a problem. Never rejects. */
  read(): Promise<Remembered>;
  /** What went wrong, as a sentence, or null. The same value as before writes nothing. Never rejects. */
  write(value: unknown): Promise<string | null>;
}

export interface Remembered {
  /** As it was written, by whichever version of this program: to be validated. */
  readonly value: unknown;
  readonly problems: readonly string[];
}

/**
 * Raise it when an older program must not read the document: it then starts from the copy before. 2: with definitions
 * and roles of the store, without which something else would run.
 */
const FORMAT = 2;
const OLDEST_FORMAT = 1;
const NAME = 'last-known-good';

export function openLastKnownGood(folder: string): LastKnownGood {
  const current = join(folder, NAME);
  const previous = join(folder, `${NAME}.previous`);
  let queue: Promise<unknown> = Promise.resolve();

  /** Writes do not overlap. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const write = async (value: unknown): Promise<string | null> => {
    try {
      const content = encode(value);
      const copy = await readCopy(current);
      if (copy.state === 'good') {
        if (copy.content.equals(content)) return null;
        // Only a whole copy may take the place of the previous one.
        await writeDurably(previous, copy.content);
      } else {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
      await writeDurably(current, content);
      return null;
    } catch (error) {
      return writeProblem(current, error as NodeJS.ErrnoException);
    }
  };

  return {
    read: () => inTurn(() => readNewest(current, previous)),
    write: (value) => inTurn(() => write(value)),
  };
}

type Copy =
  | { readonly state: 'good'; readonly value: unknown; readonly content: Buffer }
  | { readonly state: 'absent' }
  | { readonly state: 'bad'; readonly problem: string };

async function readNewest(current: string, previous: string): Promise<Remembered> {
  const problems: string[] = [];
  for (const path of [current, previous]) {
    const copy = await readCopy(path);
    switch (copy.state) {
      case 'good':
        // With the current copy gone this one is older than what was last known.
        if (path === previous && problems.length === 0) problems.push(`${current} is gone: using ${path}`);
        return { value: copy.value, problems };
      case 'absent':
        break;
      case 'bad':
        problems.push(
          `${copy.problem}: ${path === current ? `trying ${previous}` : 'waiting for the store'}`,
        );
        break;
    }
  }
  return { value: null, problems };
}

async function readCopy(path: string): Promise<Copy> {
  try {
    return decode(path, await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { state: 'absent' };
    return { state: 'bad', problem: `${path} can't be read (${code ?? message})` };
  }
}

function encode(value: unknown): Buffer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  return Buffer.concat([Buffer.from(`katod ${NAME} ${FORMAT} ${checksum(body)}\n`), body]);
}

function decode(path: string, content: Buffer): Copy {
  const end = content.indexOf('\n') + 1;
  const [, version, sum] = /^katod \S+ (\d+) (\S+)\n$/.exec(content.toString('latin1', 0, end)) ?? [];
  if (version === undefined) return { state: 'bad', problem: `${path} is damaged` };
  if (Number(version) > FORMAT) {
    return { state: 'bad', problem: `${path} was written by a newer version of katod (format ${version})` };
  }
  const body = content.subarray(end);
  if (Number(version) < OLDEST_FORMAT || sum !== checksum(body)) {
    return { state: 'bad', problem: `${path} is damaged` };
  }
  return { state: 'good', value: JSON.parse(body.toString('utf8')), content };
}

function checksum(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function writeProblem(path: string, { code, message }: NodeJS.ErrnoException): string {
  const remedy = ((): string => {
    switch (code) {
      case 'ENOSPC':
      case 'EDQUOT':
        return 'the disk is full: make room';
      case 'EROFS':
        return 'the file system is read-only: mount it writable';
      case 'EACCES':
      case 'EPERM':
        return 'permission denied: let this program write there';
      default:
        return `${code ?? message}: see that its folder can be written`;
    }
  })();
  return `the last known good state was not written to ${path}: ${remedy}; until then a restart without the store starts from an older state`;
}
