/** A mark in a data folder, by which a folder that has been lost shows. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './command-line.mjs';

/** Written where there is none yet, and told. */
export function keepMark(folder) {
  const file = join(folder, 'stand-in');
  const isNew = !existsSync(file);
  if (isNew) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, randomUUID(), { flush: true });
  }
  say(`${isNew ? 'new data' : 'data that was there'} in ${folder}: ${readFileSync(file, 'utf8')}`);
}
