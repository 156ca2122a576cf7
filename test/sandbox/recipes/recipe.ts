/** What a recipe is: it fills an empty folder with an image's files. */
import type { ImageConfig } from '../docker-archive.js';

interface Kitchen {
  /** Empty folder that becomes the root of the image. */
  readonly root: string;
  /** Folder with Debian's packages unpacked, as the root of a system. */
  readonly debian: string;
}

/** Returns how containers of the image start. */
export type Recipe = (kitchen: Kitchen) => Promise<ImageConfig>;
