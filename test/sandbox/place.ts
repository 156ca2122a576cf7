/** A place: a short folder under /tmp for one sandbox part, with a guard that takes everything away if its owner dies. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { placeVariable } from './process-list.js';
import { sweep } from './sweep.js';

export interface Place {
  /** `katod-…`: also the name of the network namespace and the cgroup, where the place has them. */
  readonly name: string;
  /** `/tmp/katod-RUN/NAME`: short, since the path of a unix socket has at most 108 bytes. */
  readonly folder: string;
  /** Environment of every process of the place: it is found and ended by it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends all processes of the place and removes what it left. A second call waits for the first. */
  close(): Promise<void>;
}

/** All places of one `npm test` or `npm run demo` share a folder, so that the run can be swept as a whole. */
const run = process.env.SANDBOX_RUN ?? `${process.pid}-${randomBytes(2).toString('hex')}`;

const repository = fileURLToPath(new URL('../..', import.meta.url));

export function openPlace(): Place {
  const name = `katod-${randomBytes(3).toString('hex')}`;
  const folder = `/tmp/katod-${run}/${name}`;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const dismiss = setGuard(folder);
  let closing: Promise<void> | undefined;
  return {
    name,
    folder,
    // What the parts leave among temporary files, such as stack dumps, goes with the place.
    environment: { ...inherited(), TMPDIR: folder, [placeVariable]: folder },
    close() {
      closing ??= sweep(folder).then(dismiss);
      return closing;
    },
  };
}

/**
 * A shell that waits on a pipe from this process. However the process ends, SIGKILL included, the pipe closes and
 * the shell sweeps; it is in a session of its own so that Ctrl-C does not reach it. Returns what dismisses it.
 */
function setGuard(folder: string): () => void {
  const sweeper = fileURLToPath(new URL('sweep.ts', import.meta.url));
  const script = 'read -r word && [ "$word" = done ] || exec "$0" --import tsx "$1" "$2"';
  const guard = spawn('sh', ['-c', script, process.execPath, sweeper, folder], {
    cwd: repository,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: inherited(),
  });
  guard.unref();
  guard.stdin.on('error', () => {});
  // The pipe is a handle too: a test that is through must not be kept alive by it.
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => guard.stdin.end('done\n');
}

/** What the parts get of the caller's environment: nothing that would configure them. */
function inherited(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG'];
  const entries = kept.map((key) => [key, process.env[key]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
