/** Builds the images that are missing, or all when a recipe or this machine's Node has changed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImageConfig, writeArchive } from './docker-archive.js';
import {
  cacheFolder,
  imageName,
  imagePath,
  type SandboxImage,
  sandboxImages,
  standInFor,
  standInTags,
} from './images.js';
import { busybox } from './recipes/busybox.js';
import { consulHaproxy } from './recipes/consul-haproxy.js';
import { unpackDebian } from './recipes/debian.js';
import { dnsmasq } from './recipes/dnsmasq.js';
import { haproxy } from './recipes/haproxy.js';
import { keepalived } from './recipes/keepalived.js';
import { node } from './recipes/node.js';
import type { Recipe } from './recipes/recipe.js';
import { standIn } from './recipes/stand-in.js';
import { zookeeper } from './recipes/zookeeper.js';

const recipes: Readonly<Record<SandboxImage, Recipe>> = {
  busybox,
  zookeeper,
  haproxy,
  dnsmasq,
  keepalived,
  'consul-haproxy': consulHaproxy,
  'stand-in': standIn,
  node,
};

export async function prepareImages(say: (line: string) => void): Promise<void> {
  const key = await keyOfRecipes();
  const keyFile = (image: SandboxImage) => `${imagePath(image)}.key`;
  const isCurrent = async (image: SandboxImage) =>
    existsSync(imagePath(image)) &&
    existsSync(keyFile(image)) &&
    (await readFile(keyFile(image), 'utf8')) === key;
  const stale: SandboxImage[] = [];
  for (const image of sandboxImages) if (!(await isCurrent(image))) stale.push(image);
  if (stale.length === 0) return;
  say(`fetching Debian packages for the images ${stale.join(', ')}`);
  const debian = await unpackDebian();
  try {
    for (const image of stale) {
      say(`building ${imageName(image)}`);
      await build(image, debian);
      await writeFile(keyFile(image), key);
    }
  } finally {
    await rm(debian, { recursive: true, force: true });
  }
}

async function build(image: SandboxImage, debian: string): Promise<void> {
  const root = await mkdtemp(join(cacheFolder, `${image}-`));
  try {
    // A temporary folder is closed to others, and would be so as the root of the image.
    await chmod(root, 0o755);
    const config = await recipes[image]({ root, debian });
    await mkdir(join(cacheFolder, 'images'), { recursive: true });
    const images = { [imageName(image)]: config, ...(image === 'stand-in' ? startedAs(config) : {}) };
    await writeArchive({ root, images, target: imagePath(image) });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The same files, and a program that the container's command can't choose. */
function startedAs(config: ImageConfig): Readonly<Record<string, ImageConfig>> {
  return Object.fromEntries(
    standInTags.map((program) => [standInFor(program), { ...config, Entrypoint: ['stand-in', program] }]),
  );
}

/** A hash of everything the images are made by, apart from the packages themselves. */
async function keyOfRecipes(): Promise<string> {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${process.execPath}`);
  for (const folder of ['recipes', 'recipes/files', 'stand-ins', '.']) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    const files = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { name } of files.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      if (folder === '.' && !/^(docker-archive|images)\.ts$/.test(name)) continue;
      hash.update(`${folder}/${name}`).update(await readFile(join(path, name)));
    }
  }
  return hash.digest('hex');
}
