/** Writes an archive that `docker load` reads, without an engine: one layer, the images made of it, a manifest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { outputOf } from './command.js';

/** The part of the image configuration that says how its containers start; names as the image format has them. */
export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly StopSignal?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
}

export interface ArchiveOptions {
  /** Folder that becomes the root of the images; everything in it will belong to root. */
  readonly root: string;
  /** By name and tag. */
  readonly images: Readonly<Record<string, ImageConfig>>;
  /** File to write; appears whole or not at all. */
  readonly target: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The same folder gives the same bytes: times and owners do not get in. */
export async function writeArchive({ root, images, target }: ArchiveOptions): Promise<void> {
  const stage = `${target}.stage`;
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  await mkdir(dirname(target), { recursive: true });
  try {
    const layer = join(stage, 'layer.tar');
    const tar = (folder: string, file: string, ...names: readonly string[]) => {
      const same = ['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0'];
      return outputOf(['tar', ...same, '-C', folder, '-cf', file, ...names]);
    };
    await tar(root, layer, '.');
    const digest = await digestOf(layer);
    const manifest = [];
    for (const [name, config] of Object.entries(images)) {
      const image = JSON.stringify({
        architecture: architectures[process.arch] ?? process.arch,
        os: 'linux',
        created: '1970-01-01T00:00:00Z',
        config,
        rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
        history: [{ created: '1970-01-01T00:00:00Z', created_by: 'katod sandbox' }],
      });
      const file = `${createHash('sha256').update(image).digest('hex')}.json`;
      await writeFile(join(stage, file), image);
      manifest.push({ Config: file, RepoTags: [name], Layers: ['layer.tar'] });
    }
    await writeFile(join(stage, 'manifest.json'), JSON.stringify(manifest));
    const configs = manifest.map(({ Config }) => Config);
    await tar(stage, `${stage}.tar`, 'manifest.json', ...configs, 'layer.tar');
    await rename(`${stage}.tar`, target);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
