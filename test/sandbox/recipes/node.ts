/** This machine's Node: the base on which the tests build the project's own Dockerfile, as `NODE_IMAGE`. */
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyBusybox, copyPrograms } from './programs.js';
import type { Recipe } from './recipe.js';
import { layOutSystem } from './system-files.js';

export const node: Recipe = async ({ root, debian }) => {
  await layOutSystem(root, [{ name: 'node', id: 1000 }]);
  await copyBusybox(root, debian);
  await copyNode(root);
  return { Env: ['PATH=/usr/local/bin:/bin', `NODE_VERSION=${process.version.slice(1)}`], Cmd: ['node'] };
};

/** Node where the official image has it. */
export async function copyNode(root: string): Promise<void> {
  await copyPrograms(root, { system: '/', programs: [process.execPath] });
  const target = join(root, 'usr/local/bin/node');
  await mkdir(dirname(target), { recursive: true });
  await rename(join(root, process.execPath), target);
}
