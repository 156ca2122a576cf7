/** The story of several hosts: an ensemble forms, a change rolls through it, and a bad one stops at the first node. */
import type { Report } from '../../../src/report/report.js';
import type { Agent } from '../agent.js';
import { type ClusterHost, type Hosts, startHosts } from '../hosts.js';
import { imageName } from '../images.js';
import { type Director, type Shell, Unexpected } from './director.js';
import { inWords } from './expectations.js';
import { leftoversOf } from './leftovers.js';
import type { Piece } from './present.js';
import { shellOn } from './stage.js';

interface Stage {
  readonly hosts: readonly ClusterHost[];
  readonly agents: readonly Agent[];
  /** A shell on the first host. */
  readonly shell: Shell;
}

export function clusterPiece(count: number): Piece {
  let opening: Promise<Hosts> | undefined;
  return {
    async play(director) {
      opening = startHosts({ count, images: ['zookeeper'] });
      const stage = await setUp(director, opening, count);
      await waitForThird(director, stage);
      await form(director, stage);
      await roll(director, stage);
      await stopBadOne(director, stage);
      return null;
    },
    async close() {
      const cluster = await opening?.catch(() => undefined);
      if (cluster === undefined) return [];
      const hosts = cluster.hosts.map(({ host: { name, folder } }) => ({ name, folder }));
      await cluster.close();
      return hosts.flatMap(leftoversOf);
    },
  };
}

async function setUp(director: Director, opening: Promise<Hosts>, count: number): Promise<Stage> {
  let stage: Stage | undefined;
  await director.step(async () => {
    director.title(`# ${count} hosts on one wire, with a Docker Engine each and an etcd of three`);
    director.doing('starting engines and etcd, loading images');
    const { hosts, etcd } = await opening;
    director.doing('starting the agents');
    const agents = await Promise.all(hosts.map((host) => host.startAgent()));
    const [first] = hosts;
    if (first === undefined) throw new Error('there is a host');
    director.follow(agents[0]);
    stage = { hosts, agents, shell: shellOn(first.host, etcd.endpoint) };
    return `up, with an agent on each: ${hosts.map(({ node }) => node).join(', ')}`;
  });
  if (stage === undefined) throw new Error('interrupted');
  const { shell } = stage;
  await director.step(async () => {
    await put(director, shell, 'cluster/roles/master', 'zookeeper');
    await put(director, shell, 'cluster/params/image.zookeeper', imageName('zookeeper'));
    await put(director, shell, 'cluster/params/expect.master', String(count));
    return `role master is real ZooKeeper here, and ${count} nodes are expected to get it`;
  });
  return stage;
}

async function waitForThird(director: Director, { hosts, agents, shell }: Stage): Promise<void> {
  await director.step(async () => {
    for (const { node } of hosts.slice(0, -1)) await put(director, shell, `nodes/${node}/role`, 'master');
    const [first] = agents;
    const reason = await director.until(
      'the first node says for whom it waits',
      async () => {
        const report = await reportOf(first);
        const found = report.reasons.find((each) => each.includes(`${hosts.length - 1} of ${hosts.length}`));
        if (found === undefined) throw new Error(inWords(report));
        return found;
      },
      30_000,
    );
    await untouched(hosts, 'no container yet', '');
    return `nothing starts yet: ${reason}`;
  });
}

async function form(director: Director, { hosts, agents, shell }: Stage): Promise<void> {
  await director.step(async () => {
    await put(director, shell, `nodes/${hosts.at(-1)?.node}/role`, 'master');
    await allHealthy(director, agents, 120_000);
    const ensemble = await director.type(
      shell,
      'etcdctl get --print-value-only /katod/cluster/ensembles/zookeeper',
    );
    const modes = await Promise.all(hosts.map(modeOf));
    const leaders = modes.filter((mode) => mode === 'leader');
    if (leaders.length !== 1) throw new Unexpected('one leader', modes.join(', '));
    const told = hosts.map(({ node }, index) => `${node} ${modes[index]}`).join(', ');
    return `one ensemble, ${ensemble.trim()}; ZooKeeper itself says: ${told}`;
  });
}

async function roll(director: Director, { hosts, agents, shell }: Stage): Promise<void> {
  await director.step(async () => {
    const before = await Promise.all(hosts.map(modeOf));
    await put(director, shell, 'cluster/components/zookeeper', `'env: { ZK_SERVER_HEAP: "256" }'`);
    const order: string[] = [];
    const [first] = agents;
    director.follow(first);
    await director.until(
      'all run with the new setting',
      async () => {
        const settings = await Promise.all(
          hosts.map(({ host }) => host.docker('inspect', '--format', '{{.Config.Env}}', 'katod-zookeeper')),
        );
        for (const [index, text] of settings.entries()) {
          const node = hosts[index]?.node ?? '';
          if (text.includes('ZK_SERVER_HEAP=256') && !order.includes(node)) order.push(node);
        }
        if (order.length < hosts.length) throw new Error(`so far: ${order.join(', ') || 'none'}`);
      },
      60_000 * hosts.length,
    );
    await allHealthy(director, agents, 60_000);
    const leader = hosts[before.indexOf('leader')]?.node;
    if (order.at(-1) !== leader) throw new Unexpected(`${leader}, which led, was the last`, order.join(', '));
    return `rolled through, one after the other: ${order.join(', ')}; ${leader}, which led, was the last`;
  });
}

async function stopBadOne(director: Director, { hosts, agents, shell }: Stage): Promise<void> {
  await director.step(async () => {
    const before = await containersOf(hosts);
    const bad = `'{ command: [sleep, "1000"], stop: { timeout: 1s }, disruption: { readyWithin: 10s } }'`;
    await put(director, shell, 'cluster/components/zookeeper', bad);
    const told = 'the one before runs on';
    const where = await director.until(
      'the first node has gone back',
      async () => {
        const reports = await Promise.all(agents.map(reportOf));
        const at = reports.findIndex(
          ({ reasons, slots }) => slots.length === 0 && reasons.some((reason) => reason.includes(told)),
        );
        if (at < 0) throw new Error(reports.map(inWords).join(' | '));
        director.follow(agents[at]);
        return at;
      },
      120_000,
    );
    await untouched(hosts, 'all run what they ran', before);
    return `it failed on ${hosts[where]?.node}, which went back to the one before; the others were not touched`;
  });
  await director.step(async () => {
    await director.type(shell, 'etcdctl del /katod/cluster/components/zookeeper');
    await allHealthy(director, agents, 60_000 * hosts.length);
    return 'the shipped definition counts again: healthy everywhere';
  });
}

const put = (director: Director, shell: Shell, key: string, value: string) =>
  director.type(shell, `etcdctl put /katod/${key} ${value}`);

async function reportOf(agent: Agent | undefined): Promise<Report> {
  if (agent === undefined) throw new Error('there is an agent');
  return agent.health();
}

async function allHealthy(director: Director, agents: readonly Agent[], within: number): Promise<void> {
  const look = async () => {
    const reports = await Promise.all(agents.map(reportOf));
    const ill = reports.filter(({ status }) => status !== 'healthy');
    if (ill.length > 0) throw new Error(ill.map((report) => `${report.node} ${inWords(report)}`).join(' | '));
  };
  await director.until('all nodes are healthy', look, within);
}

/** What ZooKeeper itself says that it is. */
async function modeOf({ host }: ClusterHost): Promise<string> {
  const words = ['exec', 'katod-zookeeper', 'sh', '-c', 'printf srvr | nc 127.0.0.1 2181'];
  return /^Mode: (\w+)$/m.exec(await host.docker(...words))?.[1] ?? 'not serving';
}

/** Ids of what runs, as the engines tell. */
async function containersOf(hosts: readonly ClusterHost[]): Promise<string> {
  return (await Promise.all(hosts.map(({ host }) => host.docker('ps', '-q')))).join('');
}

async function untouched(hosts: readonly ClusterHost[], what: string, before: string): Promise<void> {
  const now = await containersOf(hosts);
  if (now !== before) throw new Unexpected(`${what}: ${before}`, now);
}
