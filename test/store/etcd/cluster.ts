/** Three members of etcd that form a cluster. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../sandbox/command.js';
import { type Part, startPart } from '../../sandbox/part.js';
import { openPlace } from '../../sandbox/place.js';

export interface Member {
  readonly endpoint: string;
  readonly port: number;
  kill(): Promise<void>;
  /** Starts it again with its data. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface Cluster {
  readonly members: readonly Member[];
  /** An etcdctl command, asked of the member. */
  ctl(member: Member, ...args: readonly string[]): Promise<string>;
  /** The leader and one that is none; rejects while there is no leader. Asks all members. */
  leadership(): Promise<{ readonly leader: Member; readonly follower: Member }>;
  close(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const place = openPlace();
  const names = ['a', 'b', 'c'];
  const ports = await freePorts(names.length * 2);
  const url = (at: number): string => `http://127.0.0.1:${ports[at] ?? 0}`;
  const initial = names.map((name, at) => `${name}=${url(at + names.length)}`).join(',');
  const ctl = async (endpoint: string, args: readonly string[]): Promise<string> => {
    const environment = { ...place.environment, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoint };
    const { code, stdout, stderr } = await runCommand(['etcdctl', ...args], { environment });
    if (code !== 0) throw new Error(`etcdctl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const start = (name: string, at: number): Part => {
    const [client, peer] = [url(at), url(at + names.length)];
    const argv = [
      ...['etcd', '--name', name, '--data-dir', join(place.folder, name)],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', initial, '--initial-cluster-state', 'new'],
      // A busy machine must not look like a leader that is gone.
      ...['--heartbeat-interval', '300', '--election-timeout', '3000'],
    ];
    const log = join(place.folder, `${name}.log`);
    return startPart({ name: `etcd ${name}`, argv, environment: place.environment, log });
  };
  const running: Part[] = [];
  const begin = async (name: string, at: number): Promise<void> => {
    const part = start(name, at);
    running[at] = part;
    await part.ready(async () => (await ctl(url(at), ['endpoint', 'health'])) !== undefined, 30_000);
  };
  try {
    await Promise.all(names.map(begin));
    const members = names.map((name, at) => ({
      endpoint: url(at),
      port: ports[at] ?? 0,
      kill: async () => {
        await running[at]?.end('SIGKILL');
      },
      start: () => begin(name, at),
      pause: () => running[at]?.signal('SIGSTOP'),
      resume: () => running[at]?.signal('SIGCONT'),
    }));
    return {
      members,
      ctl: (member, ...args) => ctl(member.endpoint, args),
      leadership: async () => {
        const states = await Promise.all(
          members.map(async (member) => {
            const [{ Status }] = JSON.parse(
              await ctl(member.endpoint, ['endpoint', 'status', '--write-out=json']),
            );
            return { member, leads: Status.header.member_id === Status.leader };
          }),
        );
        const leader = states.find(({ leads }) => leads)?.member;
        const follower = states.find(({ leads }) => !leads)?.member;
        if (leader === undefined || follower === undefined) throw new Error('the cluster has no leader');
        return { leader, follower };
      },
      close: () => place.close(),
    };
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') ports.push(bound.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
