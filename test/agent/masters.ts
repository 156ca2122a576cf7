/** Hosts for what masters run: real ZooKeeper, and stand-ins for mesos-master and marathon, which elect by it. */
import type { Test } from 'tap';
import { type Agent, untilHealth } from '../sandbox/agent.js';
import { type ClusterHost, type Hosts, startHosts } from '../sandbox/hosts.js';
import { imageName, type SandboxImage } from '../sandbox/images.js';

const IMAGES: Readonly<Record<string, SandboxImage>> = {
  zookeeper: 'zookeeper',
  'mesos-master': 'stand-in',
  marathon: 'stand-in',
};

export interface Masters extends Pick<Hosts, 'hosts' | 'etcd' | 'wire'> {
  /** Starts the host's agent; what it has printed is told when the test fails. */
  start(host: ClusterHost): Promise<Agent>;
  agentOf(host: ClusterHost): Agent;
  /** Until these are healthy, and hold no slot. */
  untilWell(hosts: readonly ClusterHost[], within?: number): Promise<void>;
  /** Of a component's container on each of these, by `docker inspect`. */
  inspect(hosts: readonly ClusterHost[], component: string, format: string): Promise<readonly string[]>;
}

export interface MastersOptions {
  readonly count: number;
  /** What role `master` is made of. */
  readonly components: readonly string[];
  /** Key below `cluster/` to value. */
  readonly cluster?: Readonly<Record<string, string>>;
}

/** Three nodes with role `master` are expected, and no agent runs yet. Ends with the test. */
export async function openMasters(
  t: Test,
  { count, components, cluster = {} }: MastersOptions,
): Promise<Masters> {
  const played = components.map((name) => [name, IMAGES[name] ?? unknown(name)] as const);
  const { hosts, etcd, wire, close } = await startHosts({
    count,
    images: [...new Set(played.map(([, image]) => image))],
  });
  t.teardown(close);
  const keys = {
    'params/expect.master': '3',
    'roles/master': components.join(','),
    ...Object.fromEntries(played.map(([name, image]) => [`params/image.${name}`, imageName(image)])),
    ...cluster,
  };
  for (const [key, value] of Object.entries(keys)) await etcd.put(`/katod/cluster/${key}`, value);
  const agents = new Map<string, Agent>();
  const agentOf = ({ node }: ClusterHost) => agents.get(node) ?? unknown(node);
  return {
    hosts,
    etcd,
    wire,
    agentOf,
    async start(host) {
      const agent = await host.startAgent();
      agents.set(host.node, agent);
      t.teardown(() => {
        if (!t.passing()) t.comment(agent.output());
      });
      return agent;
    },
    async untilWell(some, within = 120_000) {
      for (const host of some)
        await untilHealth(
          agentOf(host),
          `${host.node} is healthy`,
          ({ status, slots }) => status === 'healthy' && slots.length === 0,
          { within },
        );
    },
    inspect: (some, component, format) =>
      Promise.all(some.map(({ host }) => host.docker('inspect', '--format', format, `katod-${component}`))),
  };
}

/** What ZooKeeper itself answers on a host to a word of four letters. */
export function askZooKeeper({ host }: ClusterHost, word: string): Promise<string> {
  return host.docker('exec', 'katod-zookeeper', 'sh', '-c', `printf ${word} | nc 127.0.0.1 2181`);
}

/** What a host answers to another on a port of its address: the body, or with `-i` the headers as well. */
export async function fetchFrom(
  { host }: ClusterHost,
  path: string,
  ...flags: readonly string[]
): Promise<string> {
  const { stdout } = await host.exec(['curl', '--silent', ...flags, `http://${host.address}:${path}`]);
  return stdout;
}

/** The first group of the pattern, or the text where it is not there. */
export function found(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? text;
}

function unknown(name: string): never {
  throw new Error(`no ${name} here`);
}
