/** Asks a URL on a host all the while, as a client from outside would, and keeps what was answered. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Host } from './host.js';

export interface Poller {
  /** `ok BODY` or `failed WHY`, in order. */
  answers(): readonly string[];
  last(): string;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('poll.mjs', import.meta.url));

/** About 40 times a second, each time on a connection of its own. It ends with the host at the latest. */
export function startPoller(host: Host, url: string): Poller {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = host.spawn([process.execPath, program, url], { stdio: [...stdio] });
  const answers: string[] = [];
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => answers.push(line));
  return {
    answers: () => answers,
    last: () => answers.at(-1) ?? '',
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
