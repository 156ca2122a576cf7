/** The operator's word, left on this host by `katod trust-store`, that the store is right as it is now. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'trust-store';

/** Whoever may write there is root on the host. Rejects with the system's error. */
export async function leaveTrustMark(stateDir: string): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(join(stateDir, FILE), '', { mode: 0o600 });
}

/** Whether there was one. It counts once: it is gone afterwards. A mark that can't be removed does not count. */
export async function takeTrustMark(stateDir: string): Promise<boolean> {
  try {
    await rm(join(stateDir, FILE));
    return true;
  } catch {
    return false;
  }
}
