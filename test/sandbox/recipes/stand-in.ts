/** Stand-ins for programs that Debian has not: a script of ours on this machine's Node, found under each one's name. */
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyNode } from './node.js';
import { copyBusybox } from './programs.js';
import type { Recipe } from './recipe.js';
import { copyScript, layOutSystem } from './system-files.js';

const played = ['mesos-master', 'mesos-agent', 'mesos-slave', 'marathon', 'registrator'];

export const standIn: Recipe = async ({ root, debian }) => {
  await layOutSystem(root);
  await copyBusybox(root, debian);
  await copyNode(root);
  await mkdir(join(root, 'stand-in'));
  const script = fileURLToPath(new URL('../stand-ins/stand-in.mjs', import.meta.url));
  await copyFile(script, join(root, 'stand-in/stand-in.mjs'));
  await copyScript(root, 'stand-in.sh', 'usr/local/bin/stand-in');
  for (const name of played) await symlink('stand-in', join(root, 'usr/local/bin', name));
  return { Env: ['PATH=/usr/local/bin:/bin'], Entrypoint: ['stand-in'] };
};
