/**
 * Installs the locked packages where they are not all there. As a program: exit code 0 when they are. Plain JavaScript
 * without imports from packages, since it runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Returns npm's exit code, 0 where nothing is to be done; says why when it is another. */
export function install() {
  if (isInstalled()) return 0;
  console.error('sandbox: installing the locked npm packages');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status ?? 1;
}

/** npm keeps a list of what it has installed beside it. */
function isInstalled() {
  const list = `${repository}/node_modules/.package-lock.json`;
  if (!existsSync(list) || !isLocked()) return false;
  const there = read('node_modules/.package-lock.json').packages;
  return Object.entries(read('package-lock.json').packages).every(
    ([path, { version, integrity, optional, link }]) =>
      path === '' ||
      optional ||
      link ||
      (there[path]?.version === version && there[path]?.integrity === integrity),
  );
}

/** Whether the lock file was made from this package.json. */
function isLocked() {
  const asked = read('package.json');
  const locked = read('package-lock.json').packages[''];
  return ['dependencies', 'devDependencies'].every((kind) =>
    isDeepStrictEqual(asked[kind] ?? {}, locked[kind] ?? {}),
  );
}

function read(path) {
  return JSON.parse(readFileSync(`${repository}/${path}`, 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = install();
