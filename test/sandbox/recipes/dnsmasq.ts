/** Debian's dnsmasq. There is no official image to follow: the command of a container names the program. */
import { copyBusybox, copyPrograms } from './programs.js';
import type { Recipe } from './recipe.js';
import { layOutSystem } from './system-files.js';

export const dnsmasq: Recipe = async ({ root, debian }) => {
  await layOutSystem(root, [{ name: 'dnsmasq', id: 101 }]);
  await copyBusybox(root, debian);
  await copyPrograms(root, { system: debian, programs: ['/usr/sbin/dnsmasq'] });
  return { Env: ['PATH=/usr/sbin:/bin'], Cmd: ['dnsmasq', '--keep-in-foreground', '--log-facility=-'] };
};
