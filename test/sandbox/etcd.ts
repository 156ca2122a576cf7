/** A real etcd of one member, on a sandbox host or on free ports of this machine. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type CommandOptions, outputOf, runCommand } from './command.js';
import type { Host } from './host.js';
import { type Part, startPart } from './part.js';
import { openPlace } from './place.js';
import { until } from './until.js';

export interface EtcdOptions {
  /** The host it runs on, at 127.0.0.1:2379 there; without one on free loopback ports of this machine. */
  readonly host?: Host;
  /** Further flags of etcd. */
  readonly flags?: readonly string[];
  /**
   * Host addresses of all members of its cluster, its own host's among them; default: it is alone. In a cluster what is
   * asked here outlives an election.
   */
  readonly cluster?: readonly string[];
}

export interface Etcd {
  /** `http://127.0.0.1:PORT`, in the host's network if it has a host; in a cluster `http://ADDRESS:2379`. */
  readonly endpoint: string;
  readonly port: number;
  /** Its data folder. */
  readonly data: string;
  /** Sets a key; a value may be text or bytes, of up to 1.5 MB. */
  put(key: string, value: string | Uint8Array): Promise<void>;
  /** The value as text, or undefined where there is no such key. */
  get(key: string): Promise<string | undefined>;
  /** All keys below the prefix with their values as text. */
  list(prefix: string): Promise<Readonly<Record<string, string>>>;
  del(key: string, options?: { readonly prefix?: boolean }): Promise<void>;
  /** The store's current revision: two equal answers prove that nobody wrote in between. */
  revision(): Promise<number>;
  /** The revision of a key's last change; 0 where there is no such key. */
  revisionOf(key: string): Promise<number>;
  /** Any etcdctl command: its output; rejects when it fails. */
  ctl(...args: string[]): Promise<string>;
  /** Forgets the history before the current revision. */
  compact(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on the same ports; `empty` throws its data away first: another cluster. */
  start(options?: { readonly empty?: boolean }): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Milliseconds that a cluster may take to have a leader again, on a machine with other things to do. */
const ELECTION = 60_000;

interface RangeAnswer {
  readonly header: { readonly revision: number };
  readonly kvs?: readonly { readonly key: string; readonly value?: string; readonly mod_revision: number }[];
}

export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const { host } = options;
  const place = host === undefined ? openPlace() : undefined;
  const home = place ?? (host as Host);
  const { folder, environment } = home;
  const inside = (argv: readonly string[]) => host?.inside(argv) ?? argv;
  const [port, peerPort] = host ? [2379, 2380] : await freePorts();
  const own = options.cluster === undefined ? '127.0.0.1' : (host?.address ?? '');
  const all = options.cluster ?? [own];
  const endpoint = `http://${own}:${port}`;
  const peer = `http://${own}:${peerPort}`;
  const data = join(folder, 'etcd');
  const initial = all.map((address) => `${address}=http://${address}:${peerPort}`).join(',');
  const argv = [
    ...['etcd', '--name', own, '--data-dir', data, '--initial-cluster', initial],
    ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    // A busy machine must not look like a leader that is gone.
    ...(options.cluster ? ['--heartbeat-interval', '300', '--election-timeout', '3000'] : []),
    ...(options.flags ?? []),
  ];
  const control = { ...environment, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoint };
  const ask = (args: readonly string[], more: CommandOptions) =>
    outputOf(inside(['etcdctl', ...args]), { environment: control, ...more });
  const ctl = async (args: readonly string[], more: CommandOptions = {}): Promise<string> => {
    if (options.cluster === undefined) return ask(args, more);
    const led = async () => ({ output: await ask(args, more) });
    return (await until(`etcdctl ${args[0]} of a cluster`, led, { within: ELECTION })).output;
  };
  const range = async (
    ...args: string[]
  ): Promise<readonly [number, readonly (readonly [string, string])[]]> => {
    const answer = JSON.parse(await ctl(['get', '--write-out=json', ...args])) as RangeAnswer;
    const text = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
    return [
      answer.header.revision,
      (answer.kvs ?? []).map((pair) => [text(pair.key), text(pair.value ?? '')]),
    ];
  };

  let part: Part | undefined;
  const running = () => (part !== undefined && part.exit() === null ? part : undefined);
  const healthy = async () => {
    const health = ['etcdctl', 'endpoint', 'health', '--dial-timeout=300ms', '--command-timeout=600ms'];
    return (await runCommand(inside(health), { environment: control })).code === 0;
  };
  const start = async () => {
    if (running()) throw new Error('etcd runs already');
    part = startPart({ name: 'etcd', argv: inside(argv), environment, log: join(folder, 'etcd.log') });
    await part.ready(healthy, 20_000);
  };
  const end = async (signal: NodeJS.Signals) => {
    await running()?.end(signal);
  };

  let closing: Promise<void> | undefined;
  const etcd: Etcd = {
    endpoint,
    port,
    async put(key, value) {
      // etcdctl takes no empty value from its input, and no bytes that are not text from its arguments.
      if (value.length === 0) await ctl(['put', '--', key, '']);
      else await ctl(['put', '--', key], { input: value });
    },
    data,
    get: async (key) => (await range('--', key))[1][0]?.[1],
    list: async (prefix) => Object.fromEntries((await range('--prefix', '--', prefix))[1]),
    async del(key, { prefix = false } = {}) {
      await ctl(['del', ...(prefix ? ['--prefix'] : []), '--', key]);
    },
    revision: async () => (await range('--', 'revision'))[0],
    async revisionOf(key) {
      const answer = JSON.parse(await ctl(['get', '--write-out=json', '--', key])) as RangeAnswer;
      return answer.kvs?.[0]?.mod_revision ?? 0;
    },
    ctl: (...args) => ctl(args),
    async compact() {
      await ctl(['compaction', String(await etcd.revision())]);
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start({ empty = false } = {}) {
      if (empty && !running()) await rm(data, { recursive: true, force: true });
      await start();
    },
    pause: () => running()?.signal('SIGSTOP'),
    resume: () => running()?.signal('SIGCONT'),
    close() {
      closing ??= end('SIGKILL').then(() => place?.close());
      return closing;
    },
  };
  try {
    await start();
    return etcd;
  } catch (error) {
    await etcd.close();
    throw error;
  }
}

/** Two ports that nobody listens on now. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') ports.push(bound.port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  const [first = 0, second = 0] = ports;
  return [first, second];
}
