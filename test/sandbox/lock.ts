/** One preparation at a time in a checkout, by the system's own file lock: it ends with its holder, however that ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Waits for the lock, does the work, and lets go. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [answer] = await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => [undefined]),
  ]);
  if (answer === undefined) throw new Error(`can't lock ${path}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    holder.stdout.destroy();
    holder.unref();
  }
}
