/** Debian's keepalived, with bash for the scripts of its configuration. There is no official image to follow. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBusybox, copyPrograms } from './programs.js';
import type { Recipe } from './recipe.js';
import { layOutSystem } from './system-files.js';

export const keepalived: Recipe = async ({ root, debian }) => {
  await layOutSystem(root);
  await copyBusybox(root, debian);
  await copyPrograms(root, { system: debian, programs: ['/usr/sbin/keepalived', '/bin/bash'] });
  await mkdir(join(root, 'etc/keepalived'));
  return { Env: ['PATH=/usr/sbin:/bin'], Cmd: ['keepalived', '--dont-fork', '--log-console'] };
};
