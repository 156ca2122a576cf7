/** Prometheus' own check of metrics: the one program of Debian's package, which is taken out of it and not installed. */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf, runCommand } from './command.js';
import { cacheFolder } from './images.js';
import { withLock } from './lock.js';

const program = join(cacheFolder, 'promtool');

/** What `promtool check metrics` has to say; empty where it finds nothing wrong. */
export async function checkMetrics(text: string): Promise<string> {
  await withLock(`${cacheFolder}/lock`, fetchOnce);
  const { code, stdout, stderr } = await runCommand([program, 'check', 'metrics'], { input: text });
  return code === 0 ? '' : `exit code ${code}: ${stdout}${stderr}`;
}

async function fetchOnce(): Promise<void> {
  if (existsSync(program)) return;
  const folder = await mkdtemp(join(cacheFolder, 'promtool-'));
  try {
    const download = () =>
      outputOf(['apt-get', '-o', 'APT::Sandbox::User=root', 'download', 'prometheus'], {
        cwd: folder,
        within: 300_000,
      });
    // On a fresh machine there are no package lists, and on an old one they name versions that are gone.
    await download().catch(async () => {
      await outputOf(['apt-get', 'update', '--quiet'], { within: 300_000 });
      await download();
    });
    await outputOf(['sh', '-c', 'dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool'], {
      cwd: folder,
    });
    await chmod(join(folder, 'usr/bin/promtool'), 0o755);
    await rename(join(folder, 'usr/bin/promtool'), program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
