/** What the sandbox needs of the machine: looked for, and on Debian as root installed where it is missing. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { outputOf } from './command.js';

/** Programs by the Debian package that has them. */
const programs: Readonly<Record<string, string>> = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  'docker-registry': 'docker-registry',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  ip: 'iproute2',
  iptables: 'iptables',
  nsenter: 'util-linux',
  umount: 'mount',
  flock: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  faketime: 'faketime',
  curl: 'curl',
  dig: 'bind9-dnsutils',
  dnsmasq: 'dnsmasq-base',
  openssl: 'openssl',
  tar: 'tar',
  dpkg: 'dpkg',
};

type Say = (line: string) => void;

/** Thrown where this machine can't be the sandbox; the message says what is missing. */
export class Unprepared extends Error {}

/** Throws `Unprepared` where this machine is not the sandbox and can't be made it. */
export function checkMachine(): void {
  if (process.getuid?.() !== 0) {
    throw new Unprepared(
      'The sandbox needs root: it makes network namespaces and runs Docker Engines. Run it as root.',
    );
  }
  const missing = missingPrograms();
  if (missing.length > 0 && !isDebian()) {
    const names = packagesOf(missing).join(' ');
    throw new Unprepared(
      `The sandbox needs ${missing.join(', ')} (Debian's packages ${names}). Install them and try again.`,
    );
  }
}

/** Installs what is missing, on Debian. */
export async function prepareMachine(say: Say): Promise<void> {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const packages = packagesOf(missing);
  say(`installing ${packages.join(', ')}`);
  await install(packages);
  const still = missingPrograms();
  if (still.length > 0) throw new Unprepared(`Installed, and still not found: ${still.join(', ')}`);
}

function packagesOf(missing: readonly string[]): string[] {
  return [...new Set(missing.map((program) => programs[program] ?? program))].sort();
}

/** `PATH` of a service or a plain shell often lacks the system's own folders. */
export function addSystemFolders(): void {
  const path = (process.env.PATH ?? '').split(delimiter);
  const wanted = ['/usr/local/sbin', '/usr/sbin', '/sbin'].filter((folder) => !path.includes(folder));
  process.env.PATH = [...path, ...wanted].join(delimiter);
}

function missingPrograms(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = (program: string) => folders.some((folder) => isExecutable(join(folder, program)));
  return Object.keys(programs).filter((program) => !found(program));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDebian(): boolean {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*debian/m.test(release) && existsSync('/usr/bin/apt-get');
}

/** Reads the package lists again first: on a fresh machine there are none. */
async function install(packages: readonly string[]): Promise<void> {
  const environment = { ...asStrings(process.env), DEBIAN_FRONTEND: 'noninteractive' };
  const options = { environment, within: 300_000 };
  await outputOf(['apt-get', 'update', '--quiet'], options);
  const command = ['apt-get', 'install', '--yes', '--quiet', '--no-install-recommends', ...packages];
  await withoutServices(() => outputOf(command, options));
}

/** A package that brings a service would start it: the sandbox wants the programs only. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(policy, { force: true });
  }
}

function asStrings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? '']));
}
