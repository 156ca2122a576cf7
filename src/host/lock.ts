/**
 * One agent per state folder. The lock is a socket in Linux's abstract namespace: the kernel holds it for as long as
 * the process lives, so no crash can leave it behind and no file has to be judged stale.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';

export interface Lock {
  close(): Promise<void>;
}

/** The whole of a socket address: Node 20 pads a shorter name with zeroes and later ones do not. */
const NAME_LENGTH = 107;

/**
 * Null when another process has it. Holds within one network namespace, which is the host's for every agent on it.
 * Rejects when the folder is not there.
 */
export async function claimLock(stateDir: string): Promise<Lock | null> {
  const { dev, ino } = await stat(stateDir);
  const digest = createHash('sha256').update(`${dev}:${ino}`).digest('hex');
  const path = `\0katod-${digest}`.padEnd(NAME_LENGTH + 1, '.').slice(0, NAME_LENGTH);
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (fault) => {
      if ('code' in fault && fault.code === 'EADDRINUSE') resolve(null);
      else reject(fault);
    });
    server.listen(path, () => {
      server.unref();
      resolve({ close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
