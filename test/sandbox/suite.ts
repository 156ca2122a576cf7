/** Runs compiled test files side by side, each in a process of its own, as .taprc says: `suite.js FOLDER FILE…`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import * as z from 'zod';
import { long } from './long.js';

const [folder = '', ...files] = process.argv.slice(2);
const { jobs, timeout: usual } = z
  .object({ jobs: z.number(), timeout: z.number() })
  .parse(parse(readFileSync('.taprc', 'utf8')));

/** Seconds for one file. */
const timeout = long ? 3 * usual : usual;
t.setTimeout(0);
t.jobs = jobs;
t.plan(files.length);
const environment = { ...process.env, TAP_TIMEOUT: String(timeout) };
for (const file of files) {
  const compiled = join(folder, file.replace(/\.ts$/, '.js'));
  // tap would have every process tell of all that it loads, by NODE_OPTIONS; that is for coverage, and takes half a second.
  const argv = ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', compiled];
  void t.spawn('env', argv, { buffered: true, timeout: timeout * 1000, env: environment }, file);
}
