/**
 * A host for the shipped stacks: ZooKeeper, HAProxy, dnsmasq and keepalived are real, all else is played by stand-ins under
 * the names of the shipped images. What it has is looked at from outside.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { loadCatalog } from '../../src/catalog/load.js';
import type { Report } from '../../src/report/report.js';
import { startAgent, untilHealth } from '../sandbox/agent.js';
import { startEtcd } from '../sandbox/etcd.js';
import { startHost } from '../sandbox/host.js';
import { imageName, type SandboxImage, standInFor, standInTags } from '../sandbox/images.js';
import { containers, type TestNode, untilContainers } from './node.js';

const catalog = await loadCatalog(join(import.meta.dirname, '../../config'));

/** Real programs, but for the consul-template in consul-haproxy. */
const REAL: Readonly<Record<string, SandboxImage>> = {
  zookeeper: 'zookeeper',
  haproxy: 'haproxy',
  dnsmasq: 'dnsmasq',
  keepalived: 'keepalived',
  'consul-haproxy': 'consul-haproxy',
};

const WITHIN = { within: 120_000 };

export interface StackNode extends TestNode {
  /** Sets parameters of the cluster; null removes one. */
  params(values: Readonly<Record<string, string | null>>): Promise<void>;
  /** Waits until all of the stack's components, these and no others, are as they should be. */
  settled(names: readonly string[]): Promise<Report>;
  /** Container ids by component. */
  ids(): Promise<Readonly<Record<string, string>>>;
  /** By volume what its stand-in has left in it when it was empty: another mark is another volume. */
  marks(): Readonly<Record<string, string>>;
  /** `10.123.0.5:8080`, `10.123.0.5:53/udp`: all that the components listen on, sorted. */
  listeners(): Promise<readonly string[]>;
}

/** Ends with the test. */
export async function startStackNode(t: Test): Promise<StackNode> {
  const host = await startHost({ images: [...new Set(Object.values(REAL)), 'stand-in'] });
  t.teardown(() => host.close());
  const etcd = await startEtcd({ host });
  t.teardown(() => etcd.close());
  const work = join(host.folder, 'mesos');
  mkdirSync(work);
  const params = async (values: Readonly<Record<string, string | null>>) => {
    for (const [name, value] of Object.entries(values)) {
      const key = `/katod/cluster/params/${name}`;
      await (value === null ? etcd.del(key) : etcd.put(key, value));
    }
  };
  for (const [name, { document }] of catalog.components) {
    const image = playing(name);
    if (document.image === undefined || REAL[name] !== undefined) await params({ [`image.${name}`]: image });
    else await host.docker('tag', image, String(document.image));
  }
  await params({
    'docker.socket': host.dockerSocket,
    'docker.root': join(host.folder, 'data'),
    'mesos.work': work,
  });
  const agent = await startAgent({ host, settings: { KATOD_ETCD: etcd.endpoint } });
  t.teardown(async () => {
    if (!t.passing()) t.comment(agent.output());
    await agent.close();
  });

  return {
    host,
    etcd,
    agent,
    params,
    async settled(names) {
      const report = await untilHealth(
        agent,
        `healthy with ${names.length} components`,
        ({ status, components }) =>
          status === 'healthy' &&
          components.every(({ current, doing }) => current && doing === null) &&
          isSame(
            components.map(({ name }) => name),
            names,
          ),
        WITHIN,
      );
      // Predecessors are removed once all is well.
      await untilContainers(host, inWordsOf(names), WITHIN.within);
      return report;
    },
    async ids() {
      const all = await containers(host);
      return Object.fromEntries(all.map(({ name, id }) => [name.replace('katod-', ''), id]));
    },
    marks() {
      const volumes = join(host.folder, 'data/volumes');
      const marked = readdirSync(volumes).map(
        (volume) => [volume, join(volumes, volume, '_data/stand-in')] as const,
      );
      return Object.fromEntries(
        marked
          .filter(([, file]) => existsSync(file))
          .map(([volume, file]) => [volume.replace('katod-', ''), readFileSync(file, 'utf8')]),
      );
    },
    async listeners() {
      const ss = async (kind: '-Hltn' | '-Hlun', ending: string) => {
        const { stdout } = await host.exec(['ss', kind]);
        // A JVM has its sockets in IPv6, also for an address of IPv4.
        const found = stdout.matchAll(/^\S+\s+\S+\s+\S+\s+(?:\[::ffff:)?([^\s\]]+)\]?(:\d+)?/gm);
        return [...found].map(([, at, port = '']) => `${at}${port}${ending}`);
      };
      const all = [...(await ss('-Hltn', '')), ...(await ss('-Hlun', '/udp'))];
      return [...new Set(all)].filter((at) => !at.startsWith('127.0.0.1:23')).sort();
    },
  };
}

/** As the engine tells of them, all running. */
function inWordsOf(names: readonly string[]): string {
  return [...names]
    .sort()
    .map((name) => `katod-${name} running`)
    .join(', ');
}

/** What plays the program of a component. */
function playing(component: string): string {
  const real = REAL[component];
  if (real !== undefined) return imageName(real);
  const program = component.replace(/^(marathon-lb)-(int|ext)$/, '$1');
  const tag = standInTags.find((each) => each === program);
  return tag === undefined ? imageName('stand-in') : standInFor(tag);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
