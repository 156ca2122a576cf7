/** Runs a short command to its end and returns what it said. */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Milliseconds until it is killed; default 60 s. */
  readonly within?: number;
}

export interface CommandResult {
  /** 128 + signal number is not computed: null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Never rejects for a non-zero exit code; rejects when the program can't be started or is too slow. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  const within = options.within ?? 60_000;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...(options.environment ?? process.env) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, within);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${program} can't be started: ${error.message}`));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) reject(new Error(`not within ${within} ms: ${argv.join(' ')}`));
      else resolve({ code, stdout: String(Buffer.concat(stdout)), stderr: String(Buffer.concat(stderr)) });
    });
    // A program that does not read its input closes the pipe; its exit code tells what it thought of it.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** Standard output of a command that must succeed; rejects with its standard error otherwise. */
export async function outputOf(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}
