/** What the demo plays on: one host with an engine and an etcd of its own, and the agent. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, startAgent } from '../agent.js';
import { type Etcd, startEtcd } from '../etcd.js';
import { type Host, startHost } from '../host.js';
import type { Shell } from './director.js';
import { leftoversOf } from './leftovers.js';

export const node = 'demo-1';

export interface Stage {
  readonly host: Host;
  readonly etcd: Etcd;
  readonly agent: Agent;
  /** Folder for the tasks of the mesos-agent, which must be there. */
  readonly work: string;
  /** A shell on the host, in its folder, whose docker and etcdctl talk to its own engine and etcd. */
  readonly shell: Shell;
}

/** Holds the host from its first moment, so that it can be ended also while the rest is being started. */
export class Theatre {
  #opening: Promise<Host> | undefined;

  /** The host, started once. */
  host(): Promise<Host> {
    this.#opening ??= startHost();
    return this.#opening;
  }

  /** Ends everything and returns what is left of it, of which there should be nothing. */
  async close(): Promise<readonly string[]> {
    const host = await this.#opening?.catch(() => undefined);
    if (host === undefined) return [];
    await host.close();
    return leftoversOf(host);
  }
}

/** The etcd, on the host's own loopback. */
export function etcdOn(host: Host): Promise<Etcd> {
  return startEtcd({ host });
}

/** The agent with the shipped catalog, listening on `katod.sock` in the host's folder. */
export async function agentOn(host: Host, etcd: Etcd): Promise<Stage> {
  const agent = await startAgent({ host, settings: { KATOD_NODE: node, KATOD_ETCD: etcd.endpoint } });
  const work = join(host.folder, 'mesos');
  mkdirSync(work);
  return { host, etcd, agent, work, shell: shellOn(host) };
}

/** `etcd`: where etcdctl asks; default: on the host's own loopback. */
export function shellOn(host: Host, etcd?: string): Shell {
  const environment = {
    ...(etcd === undefined ? {} : { ETCDCTL_ENDPOINTS: etcd }),
    DOCKER_HOST: `unix://${host.dockerSocket}`,
    DOCKER_CONFIG: join(host.folder, 'docker-config'),
    ETCDCTL_API: '3',
  };
  return (line) => host.exec(['sh', '-c', line], { cwd: host.folder, environment });
}
