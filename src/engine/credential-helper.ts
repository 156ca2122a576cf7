/**
 * Asks a credential helper, a program `docker-credential-NAME` on PATH, for the credentials of a registry, by the
 * protocol of docker-credential-helpers: `get`, the server on standard input, JSON on standard output. What it prints is
 * or may hold a secret, and gets into no message.
 */
import { spawn } from 'node:child_process';
import { parseObject } from './lines.js';

export interface HelperCall {
  readonly helper: string;
  readonly server: string;
  /** With PATH and whatever the helper needs. */
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds; it is killed then. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

export type HelperAnswer =
  | { readonly ok: true; readonly username: string; readonly secret: string }
  /** It works, and has none. */
  | { readonly ok: true; readonly secret: null }
  | { readonly ok: false; readonly problem: string };

/** Far more than any token. */
const LONGEST_ANSWER = 256 * 1024;

/** Never rejects. */
export async function askHelper(call: HelperCall): Promise<HelperAnswer> {
  const program = `docker-credential-${call.helper}`;
  const { end, output } = await runHelper(program, call);
  if (end === 'late') return failed(`${program} gave no answer within ${call.deadline / 1000} s`);
  if (end === 'called off') return failed(`${program} was called off`);
  if (end === 'ENOENT') return failed(`${program} is not on PATH: install it`);
  if (typeof end === 'string') return failed(`${program} can't be run (${end})`);
  if (end !== 0) {
    if (/credentials not found/i.test(output)) return { ok: true, secret: null };
    return failed(
      `${program} ended with exit code ${end}: see why with: echo ${call.server} | ${program} get`,
    );
  }
  const answer = parseObject(output.trim());
  const { Username: username, Secret: secret } = answer ?? {};
  if (typeof username !== 'string' || typeof secret !== 'string') {
    return failed(`${program} did not answer with Username and Secret`);
  }
  return secret === '' ? { ok: true, secret: null } : { ok: true, username, secret };
}

interface HelperRun {
  /** Exit code, or why there is none. */
  readonly end: number | 'late' | 'called off' | string;
  readonly output: string;
}

function runHelper(program: string, call: HelperCall): Promise<HelperRun> {
  return new Promise((resolve) => {
    // A group of its own: helpers are often scripts, and what a script waits for must end with it.
    const child = spawn(program, ['get'], {
      env: call.environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    let output = '';
    const settle = (end: HelperRun['end']): void => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      resolve({ end, output });
    };
    const give = (end: HelperRun['end']): void => {
      endGroup(child.pid);
      settle(end);
    };
    const onAbort = (): void => give('called off');
    const timer = setTimeout(() => give('late'), call.deadline);
    call.signal.addEventListener('abort', onAbort);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, LONGEST_ANSWER);
    });
    child.on('error', (error) => settle('code' in error ? String(error.code) : error.name));
    child.on('close', (code, signal) => settle(code ?? signal ?? 'unknown'));
    // One that does not read its input closes the pipe; its exit tells the rest.
    child.stdin.on('error', () => {});
    child.stdin.end(`${call.server}\n`);
    if (call.signal.aborted) onAbort();
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function failed(problem: string): HelperAnswer {
  return { ok: false, problem };
}
