/** A node for the tests of the whole agent: a host with a real engine, a real etcd, a small catalog, and the agent. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Agent, startAgent } from '../sandbox/agent.js';
import { inspectContainer, listContainers } from '../sandbox/engine-api.js';
import { type Etcd, startEtcd } from '../sandbox/etcd.js';
import { type Host, startHost } from '../sandbox/host.js';
import { imageName } from '../sandbox/images.js';
import { until } from '../sandbox/until.js';

export interface TestNode {
  readonly host: Host;
  readonly etcd: Etcd;
  readonly agent: Agent;
}

export interface NodeOptions {
  /** Component name to its definition, as YAML without name, description and image. */
  readonly components: Readonly<Record<string, string>>;
  /** Role to its components. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Further ones, of what is started beside the engine of the host. */
  readonly settingsOn?: (host: Host) => Promise<Readonly<Record<string, string>>>;
}

/** A process that ends at once when it is told to. */
export const SLEEPER = `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]
stop: { timeout: 2s }
`;

/** As `SLEEPER`, without the work of waking up: for many at once. */
export const IDLER = `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; sleep 100000 & wait"]
stop: { timeout: 2s }
`;

/** A process that listens, with probes that see it. */
export function listener(port: number, more = ''): string {
  return `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; httpd -f -p ${port} & wait $!"]
ports: [${port}]
stop: { timeout: 2s }
probes:
  live: { tcp: ${port}, period: 1s, failures: 3, startPeriod: 5s }
  ready: { tcp: ${port}, period: 1s }
${more}`;
}

export const IMAGE = imageName('busybox');

/** Writes the catalog into the folder: stack `core` with these roles and components. */
export function writeCatalog(
  folder: string,
  { components, roles }: Pick<NodeOptions, 'components' | 'roles'>,
): void {
  for (const name of ['components', 'stacks', 'templates'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const [name, body] of Object.entries(components)) {
    const image = body.includes('\nimage:') ? '' : `image: ${IMAGE}\n`;
    writeFileSync(
      join(folder, 'components', `${name}.yaml`),
      `name: ${name}\ndescription: test\n${image}${body}`,
    );
  }
  const lines = Object.entries(roles).map(
    ([role, names]) => `  ${role}: { description: test, components: [${names.join(', ')}] }`,
  );
  const params = 'params:\n  word: { default: one, description: a word }\n';
  writeFileSync(
    join(folder, 'stacks', 'core.yaml'),
    `name: core\ndescription: test\nroles:\n${lines.join('\n')}\n${params}`,
  );
}

/** Both end with the test, whatever happens. */
export async function startHostAndEtcd(t: Test): Promise<Omit<TestNode, 'agent'>> {
  const host = await startHost({ images: ['busybox'] });
  t.teardown(() => host.close());
  const etcd = await startEtcd({ host });
  t.teardown(() => etcd.close());
  return { host, etcd };
}

/** Ends with the test, whatever happens. */
export async function startNode(t: Test, options: NodeOptions): Promise<TestNode> {
  const { host, etcd } = await startHostAndEtcd(t);
  const catalog = join(host.folder, 'catalog');
  writeCatalog(catalog, options);
  const agent = await startAgent({
    host,
    settings: {
      KATOD_CATALOG: catalog,
      KATOD_ETCD: etcd.endpoint,
      ...options.settings,
      ...(await options.settingsOn?.(host)),
    },
  });
  t.teardown(async () => {
    // What the agent did is the first thing to look at.
    if (!t.passing()) t.comment(agent.output());
    await agent.close();
  });
  return { host, etcd, agent };
}

export interface Seen {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly startedAt: string;
  readonly image: string;
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : 1;

/** All containers on the engine, or those with a label, by name, as the engine tells them. */
export async function containers(
  host: Host,
  { label }: { readonly label?: string } = {},
): Promise<readonly Seen[]> {
  const all = await Promise.all(
    (await listContainers(host, label)).map(({ Id }) => inspectContainer(host, Id)),
  );
  return all
    .flat()
    .map(({ Id: id, Name, State, Config }) => ({
      id,
      name: Name.replace('/', ''),
      state: State.Status,
      startedAt: State.StartedAt,
      image: Config.Image,
    }))
    .sort(byName);
}

/** `katod-db running, katod-web exited`. */
export async function inWords(host: Host): Promise<string> {
  const all = (await listContainers(host)).map(({ Names: [name = ''], State }) => ({
    name: name.replace('/', ''),
    state: State,
  }));
  return all
    .sort(byName)
    .map(({ name, state }) => `${name} ${state}`)
    .join(', ');
}

export function untilContainers(host: Host, words: string, within = 15_000): Promise<true> {
  return until(
    `containers: ${words}`,
    async () => {
      const seen = await inWords(host);
      if (seen !== words) throw new Error(`there are: ${seen || 'none'}`);
      return true as const;
    },
    { within },
  );
}

export function untilReady(agent: Agent, within = 15_000): Promise<true> {
  return until(
    '/readyz answers 200',
    async () => {
      const { status, body } = await agent.get('/readyz');
      if (status !== 200) throw new Error(`it answers ${status}: ${body}`);
      return true as const;
    },
    { within },
  );
}

/** Sets the role, and waits until the agent has seen it and the node is ready. */
export async function assign({ etcd, agent }: TestNode, role: string): Promise<void> {
  await etcd.put('/katod/nodes/web-1/role', role);
  const revision = await etcd.revisionOf('/katod/nodes/web-1/role');
  const seen = async () => Number((await agent.health()).store.revision ?? 0) >= revision;
  await until(`role ${role} seen`, seen, { within: 30_000 });
  await untilReady(agent);
}
