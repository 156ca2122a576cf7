/** Debian's HAProxy, laid out and started like the official image. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBusybox, copyPrograms } from './programs.js';
import type { Recipe } from './recipe.js';
import { copyScript, layOutSystem } from './system-files.js';

export const haproxy: Recipe = async ({ root, debian }) => {
  await layOutSystem(root, [{ name: 'haproxy', id: 99 }]);
  await copyBusybox(root, debian);
  await copyPrograms(root, { system: debian, programs: ['/usr/sbin/haproxy'] });
  for (const folder of ['usr/local/etc/haproxy', 'usr/local/sbin', 'var/lib/haproxy', 'run/haproxy']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await symlink('/usr/sbin/haproxy', join(root, 'usr/local/sbin/haproxy'));
  await copyScript(root, 'haproxy-entrypoint.sh', 'usr/local/bin/docker-entrypoint.sh');
  return {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/bin'],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['haproxy', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
    WorkingDir: '/var/lib/haproxy',
    StopSignal: 'SIGUSR1',
  };
};
