/** The few files and folders that every small system needs. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A user with a group of the same name and number. */
export interface Account {
  readonly name: string;
  readonly id: number;
}

const always: readonly Account[] = [
  { name: 'root', id: 0 },
  { name: 'nobody', id: 65534 },
];

/** Accounts, and folders that programs expect to be there. */
export async function layOutSystem(root: string, accounts: readonly Account[] = []): Promise<void> {
  for (const folder of ['bin', 'etc', 'root', 'run', 'tmp', 'var/run', 'var/log']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await chmod(join(root, 'tmp'), 0o1777);
  const all = [...always, ...accounts];
  const passwd = all.map(
    ({ name, id }) => `${name}:x:${id}:${id}::${name === 'root' ? '/root' : '/'}:/bin/sh\n`,
  );
  const group = [...all.map(({ name, id }) => `${name}:x:${id}:\n`), 'nogroup:x:65533:\n', 'dip:x:30:\n'];
  await writeFile(join(root, 'etc/passwd'), passwd.join(''));
  await writeFile(join(root, 'etc/group'), group.join(''));
}

/** Puts one of our own scripts into the image, executable. */
export async function copyScript(root: string, name: string, path: string): Promise<void> {
  const source = fileURLToPath(new URL(`files/${name}`, import.meta.url));
  await mkdir(join(root, dirname(path)), { recursive: true });
  await copyFile(source, join(root, path));
  await chmod(join(root, path), 0o755);
}
