/** The demo, piped: it tells what it should, in order, and leaves nothing behind, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { runCommand } from '../sandbox/command.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';

const program = fileURLToPath(new URL('../sandbox/demo.ts', import.meta.url));

interface Played {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Whatever bears the name of this run: folders, processes, mounts. */
  readonly traces: () => readonly string[];
  /** Names of the hosts that it has named so far. */
  readonly hosts: () => readonly string[];
}

/** A run of its own, so that what it leaves can be told from what others have. */
function play(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Played {
  const run = randomBytes(4).toString('hex');
  const folder = `/tmp/katod-${run}`;
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SANDBOX_RUN: run, ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      text += bytes;
    });
  }
  const hosts = new Set<string>();
  const note = () => {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) hosts.add(name);
  };
  const timer = setInterval(note, 50);
  const ended = once(child, 'close').then(([code]) => {
    clearInterval(timer);
    return code as number | null;
  });
  return { child, output: () => text, ended, hosts: () => [...hosts], traces: () => tracesOf(folder, hosts) };
}

function tracesOf(folder: string, hosts: Iterable<string>): readonly string[] {
  const processes = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`=${folder}/`);
    } catch {
      return false;
    }
  });
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...(existsSync(folder) ? [folder] : []),
    ...processes.map((pid) => `process ${pid}`),
    ...mounts.filter((line) => line.includes(`${folder}/`)),
    ...[...hosts].map((name) => `/run/netns/${name}`).filter((path) => existsSync(path)),
  ];
}

t.test('from beginning to end', async (t) => {
  const { output, ended, traces, hosts } = play([]);
  t.equal(await ended, 0, 'exit code 0');
  const lines = [
    /^# a host with a Docker Engine and an etcd of its own$/,
    /^\$ KATOD_NODE=demo-1 katod agent$/,
    /^\$ etcdctl put \/katod\/cluster\/params\/image\.zookeeper katod-sandbox\/zookeeper:1$/,
    /^\$ etcdctl put \/katod\/nodes\/demo-1\/role standalone$/,
    // That it waits shows only where a look falls into it; the order is the demo's own check.
    /marathon \(stand-in\): created, unknown/,
    /zookeeper: running, ready/,
    /marathon \(stand-in\): running, ready/,
    /^ +\d+\.\d s {2}all seven run and are ready/,
    /^\$ curl -si --unix-socket katod\.sock localhost\/health$/,
    /200 OK … "status":"healthy"/,
    /^\$ docker kill katod-haproxy$/,
    /haproxy heals: started again \(it ended with exit code 137\)/,
    /^\$ kill -9 \d+$/,
    /the agent is back, and no container noticed/,
    /^\$ kill \d+ {3}# etcd$/,
    /etcd is away: degraded, and all seven stay ready/,
    /^\$ docker kill katod-zookeeper$/,
    /zookeeper heals: started again/,
    /the agent has found it: healthy/,
    /^\$ etcdctl put \/katod\/nodes\/demo-1\/role none$/,
    /all stopped and removed, in reverse order/,
    /nothing is left: no process, no namespace, no mount, no folder/,
  ];
  const rest = output().split('\n');
  for (const expected of lines) {
    const at = rest.findIndex((line) => expected.test(line));
    t.ok(at >= 0, `a line like ${expected}`, at >= 0 ? {} : { output: output() });
    rest.splice(0, at + 1);
  }
  t.notOk(output().includes('\u001b'), 'plain text');
  t.equal(hosts().length, 1, 'one host');
  t.same(traces(), [], 'nothing is left');
});

t.test('interrupted while components come up', async (t) => {
  const { child, output, ended, traces } = play([]);
  await until('a component is created', () => output().includes(': created'), { within: 60_000 });
  child.kill('SIGINT');
  t.equal(await ended, 130, 'the exit code of an interruption');
  t.match(output(), /interrupted: everything is ended/);
  t.same(traces(), [], 'nothing is left');
});

t.test('a step that fails', async (t) => {
  const folder = t.testdir();
  const fake = join(folder, 'etcdctl');
  const real = (await runCommand(['sh', '-c', 'command -v etcdctl'])).stdout.trim();
  const script = `[ "$1" != put ] || { echo no such luck >&2; exit 7; }\nexec ${real} "$@"\n`;
  writeFileSync(fake, `#!/bin/sh\n${script}`);
  chmodSync(fake, 0o755);
  const { output, ended, traces } = play([], { PATH: `${folder}:${process.env.PATH}` });
  t.equal(await ended, 1, 'exit code 1');
  t.match(output(), /FAILED\. Expected: etcdctl put .*: exit code 0$.*Seen: exit code 7: no such luck$/ms);
  t.same(traces(), [], 'nothing is left');
});

t.test('left running, and ended by the command that it prints', inTheLongRun, async (t) => {
  const { output, ended } = play(['--keep']);
  const command = (pattern: RegExp) => {
    const found = output()
      .split('\n')
      .find((line) => pattern.test(line));
    if (found === undefined) throw new Error(`no line like ${pattern} in:\n${output()}`);
    return runCommand(['sh', '-c', found]);
  };
  t.equal(await ended, 0, 'the command returns');
  const end = /^ {2}kill \d+; tail --pid/;
  const folder = /\/tmp\/katod-[^/]+/.exec(output())?.[0] ?? 'no folder';
  t.teardown(async () => {
    if (existsSync(folder)) await command(end);
  });
  t.match((await command(/^ {2}curl /)).stdout, /"status":"healthy"/);
  t.equal((await command(/^ {2}docker .* ps$/)).stdout.match(/katod-sandbox/g)?.length, 7);
  t.match((await command(/etcdctl get/)).stdout, /nodes\/demo-1\/role\nstandalone/);
  t.match((await command(/katod\.mjs plan/)).stdout, /nothing to do/);
  const host = /netns\/(katod-\w+)/.exec(output())?.[1] ?? '';
  t.equal((await command(end)).code, 0);
  t.same(tracesOf(folder, [host]), [], 'nothing is left');
});

t.test('its arguments', async (t) => {
  const run = (...args: string[]) => runCommand([process.execPath, '--import', 'tsx', program, ...args]);
  t.match(await run('--help'), { code: 0, stdout: /--keep/ });
  t.match(await run('--kep'), { code: 2, stdout: '', stderr: /--kep is no argument/ });
  t.match(await run('--hosts', '9'), { code: 2, stdout: '', stderr: /--hosts takes a number from 3 to 5/ });
  t.match(await run('--hosts=3', '--keep'), {
    code: 2,
    stdout: '',
    stderr: /--keep does not go with --hosts/,
  });
});
