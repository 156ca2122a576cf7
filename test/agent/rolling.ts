/** Three real hosts that run one small web server each, and what the tests of rolls look at. */
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Agent, untilHealth } from '../sandbox/agent.js';
import { type ClusterHost, type Hosts, startHosts } from '../sandbox/hosts.js';
import { until } from '../sandbox/until.js';
import { listener, writeCatalog } from './node.js';

export const WITHIN = { within: 90_000 };
export const PORT = 8080;

/** Itself is one of those that are asked: without it one more must serve. */
const disruption = `disruption:
  readyWithin: 10s
  peers:
    least: 2
    serve: [${[11, 12, 13].map((last) => `{ tcp: "10.123.0.${last}:${PORT}", timeout: 1s }`).join(', ')}]
`;

const WEB = `${listener(PORT)}env: { WORD: "{{ params.word }}" }\n`;

export interface Rolling extends Pick<Hosts, 'etcd' | 'hosts' | 'wire'> {
  /** In the order of the hosts. */
  readonly agents: readonly Agent[];
  healthy(what: string): Promise<unknown>;
  ids(): Promise<readonly string[]>;
  /** The parameter that each container was made with. */
  words(): Promise<readonly (string | undefined)[]>;
  slots(): Promise<Readonly<Record<string, string>>>;
  /** Until a slot is taken: by which host, as its index. */
  holder(): Promise<number>;
  /** Until all have this word, are ready, and no slot is taken. */
  untilRolled(word: string, within?: number): Promise<void>;
}

/** All are healthy when it resolves. Ends with the test. `web`: its definition but for `disruption`. */
export async function startRolling(t: Test, web = WEB): Promise<Rolling> {
  const cluster = await startHosts({ count: 3, images: ['busybox'] });
  t.teardown(() => cluster.close());
  const { hosts, etcd, wire } = cluster;
  for (const { node } of hosts) await etcd.put(`/katod/nodes/${node}/role`, 'web');
  const agents = await Promise.all(hosts.map((host) => startOn(host, web + disruption)));
  t.teardown(async () => {
    if (t.passing()) return;
    t.comment(await etcd.list('/katod/slots/'), await etcd.list('/katod/rolls/'));
    for (const agent of agents) {
      t.comment(agent.output());
      t.comment((await agent.get('/health')).body, (await agent.get('/v1/plan')).body);
    }
  });
  const inspect = (format: string) =>
    Promise.all(hosts.map(({ host }) => host.docker('inspect', '--format', format, 'katod-web')));
  const rolling: Rolling = {
    hosts,
    etcd,
    wire,
    agents,
    healthy: (what) =>
      Promise.all(
        agents.map((agent) => untilHealth(agent, what, ({ status }) => status === 'healthy', WITHIN)),
      ),
    ids: () => inspect('{{.Id}}'),
    words: async () =>
      (await inspect('{{.Config.Env}}')).map((environment) => /WORD=(\w+)/.exec(environment)?.[1]),
    slots: () => etcd.list('/katod/slots/'),
    async holder() {
      const name = await until(
        'a slot is taken',
        async () => Object.values(await rolling.slots()).map((text) => String(JSON.parse(text).holder))[0],
        WITHIN,
      );
      return hosts.findIndex(({ node }) => node === name);
    },
    async untilRolled(word, within = WITHIN.within) {
      const all = async () => (await rolling.words()).every((each) => each === word);
      await until(`all have ${word}`, all, { within });
      await rolling.healthy(`well with ${word}`);
      const free = async () => Object.keys(await rolling.slots()).length === 0;
      await until('no slot is taken', free, WITHIN);
    },
  };
  await rolling.healthy('all well at first');
  return rolling;
}

function startOn(host: ClusterHost, web: string): Promise<Agent> {
  const catalog = join(host.host.folder, 'catalog');
  writeCatalog(catalog, { components: { web }, roles: { web: ['web'] } });
  return host.startAgent({ KATOD_CATALOG: catalog });
}
