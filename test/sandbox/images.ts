/** The images of the sandbox: their names, and where `prepare.ts` keeps them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const sandboxImages = ['busybox', 'zookeeper', 'haproxy', 'dnsmasq', 'stand-in', 'node'] as const;

export type SandboxImage = (typeof sandboxImages)[number];

/** Folder of everything that is prepared once and kept; git ignores it. */
export const cacheFolder = fileURLToPath(new URL('../../.sandbox', import.meta.url));

/** Name and tag to run it by: `katod-sandbox/busybox:1`. */
export function imageName(image: SandboxImage): string {
  return `katod-sandbox/${image}:1`;
}

/** The archive for `docker load`; throws where it has not been prepared. */
export function imageTar(image: SandboxImage): string {
  const path = imagePath(image);
  if (!existsSync(path)) {
    throw new Error(`${path} is missing; run once: npx tsx test/sandbox/prepare.ts`);
  }
  return path;
}

/** Where the archive is or will be. */
export function imagePath(image: SandboxImage): string {
  return `${cacheFolder}/images/${image}.tar`;
}
