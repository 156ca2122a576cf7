/** Stand-ins for programs that Debian has not: scripts of ours on this machine's Node, found under each one's name. */
import { cp, symlink } from 'node:fs/promises';
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
  await cp(fileURLToPath(new URL('../stand-ins', import.meta.url)), join(root, 'stand-in'), {
    recursive: true,
  });
  await copyScript(root, 'stand-in.sh', 'usr/local/bin/stand-in');
  for (const name of played) await symlink('stand-in', join(root, 'usr/local/bin', name));
  return { Env: ['PATH=/usr/local/bin:/bin'], Entrypoint: ['stand-in'] };
};
