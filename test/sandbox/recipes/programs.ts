/** Puts a program and the shared libraries it needs into an image. */
import { chmod, copyFile, mkdir, readdir, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputOf } from '../command.js';

export interface ProgramSource {
  /** Root of the system that the program belongs to: `/` for this machine. */
  readonly system: string;
  /** Absolute paths in that system, of programs and of libraries that are loaded by name. */
  readonly programs: readonly string[];
  /** Folders of that system in which the programs find libraries of their own. */
  readonly libraryFolders?: readonly string[];
}

/** Copies the programs and every library they are linked with to the same paths below `root`. */
export async function copyPrograms(
  root: string,
  { system, programs, libraryFolders = [] }: ProgramSource,
): Promise<void> {
  const loader = await loaderOf(system);
  const wanted = new Set<string>([loader, ...programs]);
  const where = libraryFolders.length > 0 ? ['--library-path', libraryFolders.join(':')] : [];
  for (const program of programs) {
    // The dynamic loader itself tells what it would load; ldd would need a shell in there.
    const list = await outputOf(['chroot', system, loader, ...where, '--list', program]);
    for (const [, path] of list.matchAll(/(?:=>\s*|^\s*)(\/\S+)\s+\(0x/gm)) {
      if (path !== undefined) wanted.add(path);
    }
  }
  for (const path of wanted) await copyInto(root, system, path);
}

/** busybox with all its applets in /bin: the shell of the images, and for people who look around in them. */
export async function copyBusybox(root: string, system: string): Promise<void> {
  const binary = join(root, 'bin/busybox');
  await mkdir(dirname(binary), { recursive: true });
  await copyFile(join(system, 'bin/busybox'), binary);
  await chmod(binary, 0o755);
  const applets = (await outputOf([binary, '--list'])).split('\n').filter(Boolean);
  for (const applet of applets.filter((name) => name !== 'busybox')) {
    await symlink('busybox', join(root, 'bin', applet));
  }
}

async function copyInto(root: string, system: string, path: string): Promise<void> {
  const source = await realpath(join(system, path));
  await mkdir(join(root, dirname(path)), { recursive: true });
  await copyFile(source, join(root, path));
  await chmod(join(root, path), (await stat(source)).mode & 0o777);
}

/** `/lib64/ld-linux-x86-64.so.2` or `/lib/ld-linux-aarch64.so.1`. */
async function loaderOf(system: string): Promise<string> {
  for (const folder of ['/lib64', '/lib']) {
    const names = await readdir(join(system, folder)).catch(() => []);
    const loader = names.find((name) => /^ld-linux-.*\.so\.\d+$/.test(name));
    if (loader !== undefined) return `${folder}/${loader}`;
  }
  throw new Error(`no dynamic loader below ${system}: only glibc on x64 and arm64 is supported`);
}
