/**
 * The commands, from a fresh clone: `run.mjs test [tap's arguments]`, `run.mjs demo|bench [arguments]`. Installs the
 * packages, prepares the sandbox, builds the program, runs it, and takes away what is left. Plain JavaScript without
 * imports from packages, since it runs before there are any.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const run = `${process.pid}-${randomBytes(2).toString('hex')}`;
const environment = { ...process.env, SANDBOX_RUN: run };
for (const folder of ['/usr/local/sbin', '/usr/sbin', '/sbin']) {
  if (!(environment.PATH ?? '').split(':').includes(folder))
    environment.PATH = `${environment.PATH ?? ''}:${folder}`;
}

let child;
let interrupted;

/**
 * The first signal ends what runs now, and the sweep follows. npm passes on what the terminal has sent to everybody, so
 * one Ctrl-C comes twice: only one that comes later is impatience, and not waited for.
 */
function interrupt(signal) {
  if (interrupted === undefined) {
    interrupted = { signal, at: performance.now() };
    endChild(signal);
    setTimeout(() => endChild('SIGKILL'), 20_000).unref();
  } else if (performance.now() - interrupted.at > 2000) {
    process.exit(codeOf(signal));
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal));
// Whoever reads what this prints has gone, as in `npm test | head`.
process.stdout.on('error', () => interrupted === undefined && interrupt('SIGTERM'));

/** A group of its own is told as a group: tap alone would wait for its tests, which would not know. */
function endChild(signal) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const atTerminal = signal === 'SIGINT' && process.stdin.isTTY;
  if (child.ownGroup) process.kill(-child.pid, signal);
  else if (!atTerminal) child.kill(signal);
}

const codeOf = (signal) => 128 + (constants.signals[signal] ?? 0);

/** Runs a program of this run and returns its exit code; nothing new after an interruption, unless `always`. */
function execute(program, args, { onLine, ownGroup = false, always = false } = {}) {
  if (interrupted !== undefined && !always) return Promise.resolve(codeOf(interrupted.signal));
  return new Promise((resolve, reject) => {
    const stdio = [ownGroup ? 'ignore' : 'inherit', onLine ? 'pipe' : 'inherit', 'inherit'];
    const started = spawn(program, args, { cwd: repository, env: environment, stdio, detached: ownGroup });
    if (!always) child = Object.assign(started, { ownGroup });
    let rest = '';
    started.stdout?.on('data', (bytes) => {
      process.stdout.write(bytes);
      const lines = `${rest}${bytes}`.split('\n');
      rest = lines.pop();
      for (const line of lines) onLine(line);
    });
    started.on('error', reject);
    started.on('close', (code, signal) => resolve(signal === null ? code : codeOf(signal)));
  });
}

/** Runs a step that everything after it needs. */
async function step(program, args) {
  const code = await execute(program, args);
  if (code !== 0) throw new Ended(code);
}

class Ended extends Error {
  constructor(code) {
    super(`ended with ${code}`);
    this.code = code;
  }
}

const tsx = (...args) => [process.execPath, ['--import', 'tsx', ...args]];

/** tap takes every file of a folder for a test, and would run it; only some are. */
function testsIn(path) {
  if (!statSync(`${repository}/${path}`, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const files = readdirSync(`${repository}/${path}`, { recursive: true }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  // Without any, tap is to say so: without arguments it would run them all.
  return files.length === 0 ? [path] : files.map((name) => join(path, name)).sort();
}

async function test(args) {
  let total;
  const reporter = args.some((arg) => /^(-R|--reporter)/.test(arg)) ? [] : ['--reporter=tap'];
  const onLine = (line) => {
    const found = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/.exec(line);
    if (found) total = { passed: Number(found[1] ?? 0), failed: Number(found[2] ?? 0) };
  };
  const code = await execute(
    process.execPath,
    [`${repository}/node_modules/tap/dist/esm/run.mjs`, ...reporter, ...args.flatMap(testsIn)],
    { onLine, ownGroup: true },
  );
  if (interrupted !== undefined) console.log('interrupted');
  // A file that was killed or was too slow fails as a whole, and tap does not count it.
  else if (total) console.log(`${total.passed} passed, ${code === 0 ? 0 : Math.max(total.failed, 1)} failed`);
  return code;
}

const [command, ...args] = process.argv.slice(2);
const commands = {
  test: () => test(args),
  demo: () => execute(...tsx('test/sandbox/demo.ts', ...args)),
  bench: () => execute(...tsx('test/bench/main.ts', ...args)),
};
const chosen = commands[command];
if (chosen === undefined) {
  console.error('usage: node test/sandbox/run.mjs test|demo|bench [arguments]');
  process.exit(2);
}
try {
  const installed = install();
  if (installed !== 0) throw new Ended(installed);
  await step(...tsx('test/sandbox/prepare.ts'));
  await step('npm', ['run', '--silent', 'build']);
  process.exitCode = await chosen();
} catch (error) {
  if (!(error instanceof Ended)) throw error;
  process.exitCode = error.code;
} finally {
  if (existsSync(`/tmp/katod-${run}`))
    await execute(...tsx('test/sandbox/sweep.ts', `/tmp/katod-${run}`), { ownGroup: true, always: true });
}
if (interrupted !== undefined) process.exitCode = codeOf(interrupted.signal);
