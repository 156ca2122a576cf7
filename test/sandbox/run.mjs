/**
 * The commands, from a fresh clone: `run.mjs test|test:long [folders and files]`, `run.mjs demo|bench [arguments]`. Installs the
 * packages, prepares the sandbox, builds the program, runs it, and takes away what is left. Plain JavaScript without
 * imports from packages, since it runs before there are any.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
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

/** The test files of a folder, or the file itself. */
function testsIn(path) {
  const stat = statSync(join(repository, path), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat && path.endsWith('.ts') ? [path] : [];
  const files = readdirSync(join(repository, path), { recursive: true });
  const tests = files.filter((name) => name.endsWith('.test.ts'));
  return tests.map((name) => join(path, name)).sort();
}

async function test(args) {
  const paths = args.length === 0 ? ['test'] : args;
  const without = paths.filter((path) => testsIn(path).length === 0);
  if (without.length > 0) {
    console.error(`no tests in ${without.join(', ')}: name files or folders below ${repository}`);
    return 2;
  }
  let total;
  const failed = [];
  const onLine = (line) => {
    if (/^\s*not ok \d+ - /.test(line)) failed.push(line.replace(/ # time=.*/, ''));
    const found = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/.exec(line);
    if (found) total = { passed: Number(found[1] ?? 0), failed: Number(found[2] ?? 0) };
  };
  const compiled = join(repository, '.sandbox', `tests-${run}`);
  try {
    await step(...tsx('test/sandbox/compile.ts', compiled));
    const suite = join(compiled, 'test/sandbox/suite.js');
    const code = await execute(process.execPath, [suite, compiled, ...paths.flatMap(testsIn)], {
      onLine,
      ownGroup: true,
    });
    if (interrupted !== undefined) {
      console.log('interrupted');
    } else if (total) {
      // Once more where nobody has to look for them among thousands of lines.
      for (const line of failed) console.log(line);
      // A file that was killed or was too slow fails as a whole, and tap does not count it.
      console.log(`${total.passed} passed, ${code === 0 ? 0 : Math.max(total.failed, 1)} failed`);
    }
    return code;
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

const [command, ...args] = process.argv.slice(2);
const commands = {
  test: () => test(args),
  'test:long': () => {
    environment.SANDBOX_LONG = '1';
    return test(args);
  },
  demo: () => execute(...tsx('test/sandbox/demo.ts', ...args)),
  bench: () => execute(...tsx('test/bench/main.ts', ...args)),
};
const chosen = commands[command];
if (chosen === undefined) {
  console.error('usage: node test/sandbox/run.mjs test|test:long|demo|bench [arguments]');
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
