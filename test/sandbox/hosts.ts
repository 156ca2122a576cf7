/** Several hosts on one wire, each with an engine, a member of one etcd, and an agent that is started later. */
import { type Agent, type AgentOptions, startAgent } from './agent.js';
import { type Etcd, startEtcd } from './etcd.js';
import { type Host, startHost } from './host.js';
import type { SandboxImage } from './images.js';
import { startWire, type Wire } from './wire.js';

export interface ClusterHost {
  /** Node name, `web-1` and on. */
  readonly node: string;
  readonly host: Host;
  /** The host's own member of the cluster's etcd; hosts after the third have none. */
  readonly etcd: Etcd | null;
  startAgent(settings?: AgentOptions['settings']): Promise<Agent>;
}

export interface Hosts {
  readonly wire: Wire;
  readonly hosts: readonly ClusterHost[];
  /** A member that answers for the whole cluster while it has a quorum. */
  readonly etcd: Etcd;
  close(): Promise<void>;
}

/** etcd has so many members at the most. */
const MEMBERS = 3;

export interface HostsOptions {
  readonly count: number;
  readonly images: readonly SandboxImage[];
}

/** Ends everything it has started when a part of it can't be. */
export async function startHosts({ count, images }: HostsOptions): Promise<Hosts> {
  const open: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of open.splice(0).reverse()) await end();
  };
  try {
    const wire = await startWire();
    open.push(() => wire.close());
    const addresses = Array.from({ length: count }, (_, index) => `10.123.0.${11 + index}`);
    const cluster = addresses.slice(0, MEMBERS);
    const endpoints = cluster.map((address) => `http://${address}:2379`).join(',');
    const started = await Promise.all(
      addresses.map(async (address) => {
        const host = await startHost({ images, wire, address });
        open.push(() => host.close());
        return host;
      }),
    );
    const members = await Promise.all(
      started.slice(0, MEMBERS).map(async (host) => {
        const etcd = await startEtcd({ host, cluster });
        open.push(() => etcd.close());
        return etcd;
      }),
    );
    const hosts = started.map((host, index): ClusterHost => {
      const node = `web-${index + 1}`;
      return {
        node,
        host,
        etcd: members[index] ?? null,
        async startAgent(settings = {}) {
          const environment = { KATOD_NODE: node, KATOD_ETCD: endpoints, ...settings };
          const agent = await startAgent({ host, settings: environment });
          open.push(() => agent.close());
          return agent;
        },
      };
    });
    const [etcd] = members;
    if (etcd === undefined) throw new Error('a cluster has one host at least');
    return { wire, hosts, etcd, close };
  } catch (error) {
    await close();
    throw error;
  }
}
