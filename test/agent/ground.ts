/** The ground for a sick etcd: clusters of three members, and beside them agents that share one engine. */
import type { Test } from 'tap';
import { startHost } from '../sandbox/host.js';
import { long } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { type Cluster, type Member, startCluster } from '../store/etcd/cluster.js';
import { type FleetNode, openFleet } from './fleet.js';
import { IDLER, type Seen } from './node.js';

export const MINUTE = 60_000;

/** What they do is looked at, and not that they do it one after the other. */
const TOGETHER = 'disruption: { max: 10 }\n';

/** Milliseconds that a fault lasts: a minute in the long run, and else three times what the agent needs to see it. */
export const LASTING = long ? MINUTE : 15_000;

export const ALL = 'cron, work';

/** The contract's bound for a change after a recovery, in milliseconds. */
const SEEN_WITHIN = 15_000;

export interface Ground {
  readonly cluster: Cluster;
  /** An agent with role `all`, once it is healthy. */
  start(name: string, endpoints: readonly string[]): Promise<FleetNode>;
  /** Sets a key below the prefix. */
  put(key: string, value: string): Promise<void>;
  /** The member that writes are asked of from now on; at first the leader. */
  askOf(member: Member): void;
  /** A change that is made now is seen soon, and acted on; and back. Resolves with the milliseconds until seen. */
  follows(node: FleetNode, options?: { readonly within: number }): Promise<number>;
}

export async function openGround(t: Test): Promise<Ground> {
  const host = await startHost({ images: ['busybox'] });
  t.teardown(() => host.close());
  const cluster = await startCluster();
  t.teardown(() => cluster.close());
  const start = openFleet(t, {
    // Beside the test, since that is where the members are.
    host: { ...host, inside: (argv) => argv },
    components: { cron: IDLER, work: `${IDLER}${TOGETHER}env: { WORD: "{{ params.word }}" }\n` },
    roles: { all: ['cron', 'work'], one: ['cron'] },
  });
  let { leader: asked } = await cluster.leadership();
  const put = async (key: string, value: string): Promise<void> => {
    const led = async () => (await cluster.ctl(asked, 'put', `/katod/${key}`, value)) !== undefined;
    await until(`the cluster takes ${key}`, led, { within: MINUTE });
  };
  return {
    cluster,
    put,
    askOf: (member) => {
      asked = member;
    },
    async start(name, endpoints) {
      await put(`nodes/${name}/role`, 'all');
      const node = await start(name, { KATOD_ETCD: endpoints.join(',') });
      await node.untilRuns(ALL);
      await node.untilReport('healthy', ({ status }) => status === 'healthy');
      return node;
    },
    async follows(node, { within } = { within: SEEN_WITHIN }) {
      await put(`nodes/${node.name}/role`, 'one');
      const begun = performance.now();
      const seen = async () => (await node.agent.health()).roles[0] === 'one';
      await until(`${node.name} has seen it`, seen, { within });
      const took = performance.now() - begun;
      await node.untilRuns('cron');
      await put(`nodes/${node.name}/role`, 'all');
      await node.untilRuns(ALL);
      return Math.round(took);
    },
  };
}

/** Rejects where a container is another, or has been started again. */
export async function unchanged(node: FleetNode, before: readonly Seen[]): Promise<void> {
  const now = await node.containers();
  if (JSON.stringify(now) !== JSON.stringify(before))
    throw new Error(`${node.name} had ${JSON.stringify(before)} and has ${JSON.stringify(now)}`);
}

/** Rejects where the report does not say that etcd is away. */
export async function saysUnreachable({ name, agent }: FleetNode): Promise<void> {
  const { store, status } = await agent.health();
  if (store.reachable || status !== 'degraded') throw new Error(`${name} says ${status}`);
}
