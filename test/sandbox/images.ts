/** The images of the sandbox: their names, and where `prepare.ts` keeps them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const sandboxImages = [
  'busybox',
  'zookeeper',
  'haproxy',
  'dnsmasq',
  'keepalived',
  'consul-haproxy',
  'stand-in',
  'node',
] as const;

export type SandboxImage = (typeof sandboxImages)[number];

/** Folder of everything that is prepared once and kept; git ignores it. */
export const cacheFolder = fileURLToPath(new URL('../../.sandbox', import.meta.url));

/** Name and tag to run it by: `katod-sandbox/busybox:1`. */
export function imageName(image: SandboxImage): string {
  return `katod-sandbox/${image}:1`;
}

/** Programs whose images start them, so that a command is flags alone: the image `stand-in` has a tag for each. */
export const standInTags = [
  'cadvisor',
  'node-exporter',
  'haproxy-exporter',
  'zookeeper-exporter',
  'prometheus',
  'marathon-lb',
] as const;

/** `katod-sandbox/stand-in:cadvisor`, which plays that program whatever its command. */
export function standInFor(program: (typeof standInTags)[number]): string {
  return `katod-sandbox/stand-in:${program}`;
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
