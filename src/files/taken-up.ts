/**
 * Which content of its files a component has taken up: a note beside the folders that its container mounts, written once
 * a reload has worked or before a start. So an agent that dies between a swap and its reload reloads once more.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveFile } from '../desired/desired.js';
import type { TakenUp } from '../plan/observed.js';
import { absent, put } from './folders.js';

const NAME = 'taken-up.json';

/** Null where there is none. One that can't be understood says nothing: then all is taken up again. */
export async function readTakenUp(base: string): Promise<TakenUp | null> {
  const text = await readFile(join(base, NAME), 'utf8').catch(absent);
  if (text === undefined) return null;
  const entries = Object.entries(parsed(text) ?? {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export async function writeTakenUp(base: string, files: readonly LiveFile[]): Promise<void> {
  const noted = Object.fromEntries(files.map(({ target, digest }) => [target, digest]));
  await mkdir(base, { recursive: true, mode: 0o755 });
  await put(join(base, NAME), JSON.stringify(noted));
}

function parsed(text: string): object | null {
  try {
    return Object(JSON.parse(text));
  } catch {
    return null;
  }
}
