/** Looks from outside, ten times a second, how many hosts serve a port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClusterHost } from '../sandbox/hosts.js';

export interface Serving {
  /** The most hosts that did not serve at once, by what was seen; at 0.1 s a look. */
  stop(): Promise<{ readonly mostAway: number; readonly looks: number }>;
}

/** One look at each address, told in one line: how many did not answer. */
const LOOK = `
const { connect } = require('node:net');
const [port, ...addresses] = process.argv.slice(1);
const answers = (host) => new Promise((resolve) => {
  const socket = connect({ host, port: Number(port), timeout: 1000 });
  const end = (good) => { socket.destroy(); resolve(good); };
  socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
});
const look = async () => {
  const good = await Promise.all(addresses.map(answers));
  process.stdout.write(good.filter((each) => !each).length + '\\n');
};
setInterval(look, 100);
`;

/** Asks from inside the first host's network, where the wire reaches all. */
export function watchServing(hosts: readonly ClusterHost[], port: number): Serving {
  const [first] = hosts;
  if (first === undefined) throw new Error('there is a host');
  const addresses = hosts.map(({ host }) => host.address);
  const [program = '', ...argv] = first.host.inside([
    process.execPath,
    '-e',
    LOOK,
    String(port),
    ...addresses,
  ]);
  const child: ChildProcess = spawn(program, argv, {
    env: { ...process.env, ...first.host.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen: number[] = [];
  if (child.stdout === null) throw new Error('its output is piped');
  createInterface({ input: child.stdout }).on('line', (line) => void seen.push(Number(line)));
  return {
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill();
      await ended;
      return { mostAway: Math.max(0, ...seen), looks: seen.length };
    },
  };
}
