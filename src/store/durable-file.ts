/** Replaces a file so that after a power cut there is the old content or the new one, whole. */

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only the owner may read it. Rejects with the system's error; what was there stays then. One write at a time. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // The reason why it failed is the one to tell, whether or not the remains can be removed.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
