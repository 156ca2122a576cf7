/** `npm run bench`: runs the measures that are named, or all; a table at the end, and as JSON into a file if asked for. */
import { writeFile } from 'node:fs/promises';
import type { Figure } from './figure.js';
import { crash } from './measures/crash.js';
import { idle } from './measures/idle.js';
import { many } from './measures/many.js';
import { pass } from './measures/pass.js';
import { role } from './measures/role.js';
import { start } from './measures/start.js';
import { thousand } from './measures/thousand.js';
import { asData, printTable } from './table.js';

const measures: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  role,
  crash,
  pass,
  start,
  idle,
  many,
  thousand,
};
const USAGE = `usage: npm run bench -- [--json FILE] [${Object.keys(measures).join(' | ')}]…`;

const words = process.argv.slice(2);
const at = words.indexOf('--json');
const [, file] = at < 0 ? [] : words.splice(at, 2);
const unknown = words.find((word) => measures[word] === undefined);
if (unknown !== undefined || (at >= 0 && file === undefined)) {
  process.stderr.write(
    `${unknown === undefined ? '--json needs a file' : `no measure ${unknown}`}\n${USAGE}\n`,
  );
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(measures)) {
  if (words.length > 0 && !words.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  figures.push(...(await measure()));
}
process.stdout.write(`${printTable(figures)}\n`);
if (file !== undefined) {
  const { version: node, arch, platform } = process;
  const data = { date: new Date().toISOString(), node, arch, platform, figures: asData(figures) };
  await writeFile(file, `${JSON.stringify(data, null, 2)}\n`);
}
