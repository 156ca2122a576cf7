/** The image of HAProxy with a stand-in for consul-template on its path, which Debian has not. */
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { haproxy } from './haproxy.js';
import type { Recipe } from './recipe.js';
import { standInFile } from './stand-in.js';

export const consulHaproxy: Recipe = async (kitchen) => {
  const config = await haproxy(kitchen);
  const program = join(kitchen.root, 'usr/local/bin/consul-template');
  await copyFile(standInFile('consul-template.sh'), program);
  await chmod(program, 0o755);
  return config;
};
