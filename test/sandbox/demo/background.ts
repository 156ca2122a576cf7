/**
 * `--keep`: what is played belongs to a process in the background, which stays when the command has returned. As long
 * as it lives so does the host, and when it ends, in whatever way, the host is taken away.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';

const kept = 'kept';

/** Runs this same command in a session of its own, and resolves when it has ended or wants to stay, with the exit code. */
export async function presentInBackground(): Promise<number> {
  const { SANDBOX_RUN: _, ...environment } = process.env;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // The runner takes away what bears the name of its run: this is to outlive it.
    env: environment,
  });
  // The terminal tells only those who are in its session.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'] as const)
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0))),
    );
    child.once('message', () => {
      child.disconnect();
      child.unref();
      resolve(0);
    });
  });
}

/** In the background: lets the foreground go, and its terminal or pipe, whose reader waits for the end. */
export async function letGo(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  const gone = once(process, 'disconnect');
  process.send?.(kept);
  await gone;
  for (const descriptor of [1, 2]) {
    closeSync(descriptor);
    openSync('/dev/null', 'w');
  }
}
