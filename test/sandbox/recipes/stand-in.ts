/** Stand-ins for programs that Debian has not: scripts of ours on this machine's Node, found under each one's name. */
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOf } from '../command.js';
import { copyNode } from './node.js';
import { copyBusybox } from './programs.js';
import type { Recipe } from './recipe.js';
import { copyScript, layOutSystem } from './system-files.js';

/** Programs that a command begins with. Of the others the image says which one it is: see `standInTags`. */
const onPath = [
  ...['mesos-master', 'mesos-agent', 'mesos-slave', 'marathon', 'chronos', 'mesos-dns', 'registrator'],
  ...['consul', 'mongod', 'pritunl', 'mesos_exporter', 'promtool'],
];
const scripts = [
  ...['stand-in', 'command-line', 'listen', 'dns', 'data', 'services', 'monitoring'],
  ...['mesos', 'libprocess', 'master', 'replicated-log', 'marathon', 'group', 'zookeeper'],
];

export const standIn: Recipe = async ({ root, debian }) => {
  await layOutSystem(root);
  await copyBusybox(root, debian);
  await copyNode(root);
  const folder = join(root, 'stand-in');
  await mkdir(folder);
  for (const name of scripts) await copyFile(standInFile(`${name}.mjs`), join(folder, `${name}.mjs`));
  await makeCertificate(folder);
  await copyScript(root, 'stand-in.sh', 'usr/local/bin/stand-in');
  for (const name of onPath) await symlink('stand-in', join(root, 'usr/local/bin', name));
  return { Env: ['PATH=/usr/local/bin:/bin'], Entrypoint: ['stand-in'] };
};

export function standInFile(name: string): string {
  return fileURLToPath(new URL(`../stand-ins/${name}`, import.meta.url));
}

/** For those that speak TLS: nobody has signed it, as with a new one of theirs. */
async function makeCertificate(folder: string): Promise<void> {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await outputOf(['openssl', 'req', '-x509', ...kind, '-days', '3650', '-subj', '/CN=stand-in', ...files]);
}
