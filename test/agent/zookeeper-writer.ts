/** A client that writes to ZooKeeper all the while, with ZooKeeper's own command line, and knows what was acknowledged. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import type { ClusterHost } from '../sandbox/hosts.js';
import { imageName } from '../sandbox/images.js';
import { until } from '../sandbox/until.js';

export interface Writer {
  /** Ends it, and asks for what is there: what was acknowledged and is gone. */
  stop(): Promise<{ readonly acknowledged: number; readonly lost: readonly string[] }>;
}

/** Between two writes, in milliseconds. */
const PACE = 200;
const FOLDER = '/written';

/**
 * Runs on that host, and may connect to each of `servers`. Resolves once the first write is acknowledged; ends with the
 * test at the latest.
 */
export async function startWriter(
  t: Pick<Test, 'teardown'>,
  { host }: ClusterHost,
  servers: readonly string[],
): Promise<Writer> {
  const hosts = servers.map((address) => `${address}:2181`).join(',');
  const cli = ['run', '--rm', '--interactive', '--network', 'host', '--entrypoint', 'zkCli.sh'];
  const argv = [...cli, imageName('zookeeper'), '-server', hosts];
  const [program = '', ...args] = host.inside(['docker', '-H', `unix://${host.dockerSocket}`, ...argv]);
  const child = spawn(program, args, {
    env: { ...process.env, ...host.environment },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let number = 0;
  const timer = setInterval(() => {
    number += 1;
    child.stdin.write(`create ${FOLDER}/n${number} word\n`);
  }, PACE);
  // Whoever is gone is written to no more.
  child.stdin.once('error', () => clearInterval(timer));
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.teardown(() => {
    clearInterval(timer);
    child.kill('SIGKILL');
  });
  const acknowledged = new Set<string>();
  // It tells of what it has created on standard error.
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, name] = new RegExp(`Created ${FOLDER}/(n\\d+)`).exec(line) ?? [];
    if (name !== undefined) acknowledged.add(name);
  });
  child.stdin.write(`create ${FOLDER}\n`);
  await until('the first write', () => acknowledged.size > 0, { within: 60_000 });
  return {
    async stop() {
      clearInterval(timer);
      child.stdin.end('quit\n');
      await ended;
      const names = await host.docker(...cli, imageName('zookeeper'), '-server', hosts, 'ls', FOLDER);
      const there = new Set(names.match(/\bn\d+\b/g) ?? []);
      return { acknowledged: acknowledged.size, lost: [...acknowledged].filter((name) => !there.has(name)) };
    },
  };
}
