/** Debian's static busybox with all its applets: enough where only a process is needed. */
import { copyBusybox } from './programs.js';
import type { Recipe } from './recipe.js';
import { layOutSystem } from './system-files.js';

export const busybox: Recipe = async ({ root, debian }) => {
  await layOutSystem(root);
  await copyBusybox(root, debian);
  return { Env: ['PATH=/bin'], Cmd: ['sh'] };
};
