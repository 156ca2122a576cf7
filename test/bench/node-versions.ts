/** Node itself in other versions than the one that runs this: out of npm's `node` package, fetched once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../sandbox/command.js';
import { cacheFolder } from '../sandbox/images.js';

/** Path of a node of that major version. Needs npm's registry the first time. */
export async function nodeOf(version: number): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const folder = join(cacheFolder, `node-${version}`);
  const node = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) {
    const quiet = ['--silent', '--no-audit', '--no-fund', '--no-save'];
    await outputOf(['npm', 'install', ...quiet, '--prefix', folder, `node@${version}`], { within: 300_000 });
  }
  return node;
}
