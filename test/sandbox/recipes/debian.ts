/**
 * Debian's packages with all they depend on, downloaded by apt and unpacked beside the system: nothing is installed, no
 * maintainer script runs, and it takes a third of a debootstrap's time.
 */
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from '../command.js';
import { cacheFolder } from '../images.js';

/** The programs, and what they load at run time without saying so. */
const packages = [
  'busybox-static',
  'haproxy',
  'dnsmasq-base',
  'keepalived',
  'bash',
  'default-jre-headless',
  'libzookeeper-java',
  'libjetty9-java',
  'libservlet-api-java',
  'libslf4j-java',
  'libsnappy-java',
  'libdropwizard-metrics-java',
  'libcommons-cli-java',
];

const neverNeeded = ['./usr/share/doc', './usr/share/man', './usr/share/locale', './usr/share/info'];

/** Returns a new folder, which the caller removes; the downloaded packages stay in the cache. */
export async function unpackDebian(): Promise<string> {
  const archives = join(cacheFolder, 'packages');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const root = await mkdtemp(join(cacheFolder, 'debian-'));
  await download(archives, root);
  // Libraries look for each other in the merged folders that a Debian system has had since before it had packages.
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', folder), { recursive: true });
    await symlink(`usr/${folder}`, join(root, folder));
  }
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  await eachTwoAtOnce(files, (file) => unpack(join(archives, file), root));
  return root;
}

/** An empty status file makes apt believe that nothing is installed, so it takes every dependency. */
async function download(archives: string, root: string): Promise<void> {
  const status = join(root, 'status');
  await writeFile(status, '');
  const apt = (...args: string[]) => {
    const options = [
      ...['-o', `Dir::State::status=${status}`, '-o', `Dir::Cache::archives=${archives}`],
      // With a user of its own for downloads, apt complains that it can't write here.
      ...['-o', 'APT::Sandbox::User=root', '-o', 'APT::Install-Recommends=false', '-o', 'Acquire::Retries=3'],
    ];
    return outputOf(['apt-get', '--quiet', '--yes', ...options, ...args], { within: 600_000 });
  };
  await apt('autoclean');
  try {
    await apt('install', '--download-only', ...packages);
  } catch {
    // On a fresh machine there are no package lists, and on an old one they name versions that are gone.
    await outputOf(['apt-get', 'update', '--quiet'], { within: 300_000 });
    await apt('install', '--download-only', ...packages);
  }
}

async function unpack(file: string, root: string): Promise<void> {
  const excluded = neverNeeded.map((folder) => `--exclude='${folder}/*'`).join(' ');
  const script = `dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" --keep-directory-symlink --no-same-owner ${excluded}`;
  await outputOf(['sh', '-c', script, file, root]);
}

async function eachTwoAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([lane(), lane()]);
}
