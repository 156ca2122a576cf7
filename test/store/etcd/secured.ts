/** One member of etcd behind TLS, with or without users, as production runs it. */

import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../sandbox/command.js';
import { type Part, startPart } from '../../sandbox/part.js';
import { openPlace } from '../../sandbox/place.js';
import { type Authority, openAuthority, type Pair, rotate, type Wanted } from './authority.js';

export interface Secured {
  /** `https://localhost:PORT` */
  readonly endpoint: string;
  readonly port: number;
  readonly folder: string;
  readonly authority: Authority;
  /** Shows another certificate from now on. */
  shows(wanted: Wanted, by?: Authority): Promise<void>;
  /** An etcdctl command, as root once there are users. */
  ctl(...args: readonly string[]): Promise<string>;
  put(key: string, value: string): Promise<void>;
  get(key: string): Promise<string>;
  /** Users with a password and what they may do: `['read', '/katod/cluster/']`, a folder being all below it. */
  enableUsers(users: readonly UserWanted[]): Promise<void>;
  password(user: string, password: string): Promise<void>;
  grant(user: string, right: Right): Promise<void>;
  revoke(user: string, right: Right): Promise<void>;
  /** Puts a backup in the place of the data, while it does not run; another token makes another cluster id. */
  restore(backup: string, token: string | null): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export type Right = readonly [kind: 'read' | 'write' | 'readwrite', key: string];

export interface UserWanted {
  readonly name: string;
  /** Absent: it shows itself by a certificate. */
  readonly password?: string;
  readonly rights: readonly Right[];
}

const ROOT_PASSWORD = 'root-of-the-test';

export async function startSecured({
  clientCertificates = false,
  flags = [],
}: {
  readonly clientCertificates?: boolean;
  readonly flags?: readonly string[];
} = {}): Promise<Secured> {
  const place = openPlace();
  const { folder, environment } = place;
  try {
    const authority = await openAuthority(folder, 'the-ca');
    const pair: Pair = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    const shows = async (wanted: Wanted, by = authority) => rotate(await by.issue(wanted), pair);
    await shows({ name: 'etcd-1' });
    const admin = await authority.issue({ name: 'admin', names: [] });
    const [port, peerPort] = await freePorts();
    const endpoint = `https://localhost:${port}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const argv = [
      ...[
        'etcd',
        '--name',
        'secured',
        '--data-dir',
        join(folder, 'data'),
        '--initial-cluster',
        `secured=${peer}`,
      ],
      ...['--listen-client-urls', `https://127.0.0.1:${port}`, '--advertise-client-urls', endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--cert-file', pair.cert, '--key-file', pair.key],
      ...(clientCertificates ? ['--client-cert-auth', '--trusted-ca-file', authority.ca] : []),
      // The cheapest that bcrypt takes: the tests log in often.
      ...['--bcrypt-cost', '4', ...flags],
    ];
    let users = false;
    const control = { ...environment, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoint };
    const run = (args: readonly string[], input = '') => {
      // What is asked for does not hang on the certificate that is shown just now.
      const tls = ['--insecure-skip-tls-verify', '--cert', admin.cert, '--key', admin.key];
      const as = users ? ['--user', `root:${ROOT_PASSWORD}`] : [];
      return runCommand(['etcdctl', ...tls, ...as, ...args], { environment: control, input });
    };
    const ctl = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(args);
      if (code !== 0) throw new Error(`etcdctl ${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    let part: Part;
    const start = async (): Promise<void> => {
      part = startPart({ name: 'etcd', argv, environment, log: join(folder, 'etcd.log') });
      const health = ['endpoint', 'health', '--dial-timeout=300ms', '--command-timeout=600ms'];
      await part.ready(async () => (await run(health)).code === 0, 20_000);
    };
    await start();

    const rightOf = ([, key]: Right): readonly string[] => (key.endsWith('/') ? ['--prefix=true'] : []);
    const grant = async (user: string, right: Right) => {
      await ctl('role', 'grant-permission', `role-${user}`, ...right, ...rightOf(right));
    };
    return {
      endpoint,
      port,
      folder,
      authority,
      shows,
      ctl,
      async put(key, value) {
        await ctl('put', '--', key, value);
      },
      get: async (key) => (await ctl('get', '--print-value-only', '--', key)).replace(/\n$/, ''),
      async enableUsers(wanted) {
        await ctl('user', 'add', `root:${ROOT_PASSWORD}`);
        await ctl('user', 'grant-role', 'root', 'root');
        for (const { name, password, rights } of wanted) {
          if (password === undefined) await ctl('user', 'add', name, '--no-password');
          else await ctl('user', 'add', `${name}:${password}`);
          await ctl('role', 'add', `role-${name}`);
          for (const right of rights) await grant(name, right);
          await ctl('user', 'grant-role', name, `role-${name}`);
        }
        await ctl('auth', 'enable');
        users = true;
      },
      async password(user, password) {
        const { code, stderr } = await run(['user', 'passwd', '--interactive=false', user], password);
        if (code !== 0) throw new Error(`etcdctl user passwd: ${stderr}`);
      },
      grant,
      async revoke(user, right) {
        await ctl('role', 'revoke-permission', `role-${user}`, right[1], ...rightOf(right));
      },
      async restore(backup, token) {
        const data = join(folder, 'data');
        await rm(data, { recursive: true });
        await ctl(
          ...['snapshot', 'restore', backup, '--name', 'secured', '--data-dir', data],
          ...['--initial-cluster', `secured=${peer}`, '--initial-advertise-peer-urls', peer],
          ...(token === null ? [] : ['--initial-cluster-token', token]),
        );
      },
      async kill() {
        await part.end('SIGKILL');
      },
      start,
      close: () => place.close(),
    };
  } catch (error) {
    await place.close();
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
