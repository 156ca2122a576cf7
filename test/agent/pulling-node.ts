/** A node whose component `web` comes out of a real registry, and what the tests of pulls ask of it. */
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Registry, startRegistry } from '../sandbox/registry.js';
import { until } from '../sandbox/until.js';
import { containers, listener, type Seen, SLEEPER, startNode, type TestNode } from './node.js';

/** Pulls are slow on a busy machine. */
export const within = { within: 60_000 };
/** The registry's address is the same on each host. */
export const REGISTRY = '127.0.0.1:5010';

/** Gets ready when somebody touches a file in it. */
const GATE = `
command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while [ ! -e /go ]; do sleep 1 & wait $!; done; httpd -f -p 9999 & wait $!"]
stop: { timeout: 2s }
probes: { ready: { tcp: 9999, period: 1s } }
`;

const components = {
  web: listener(8080, `image: ${REGISTRY}/web:1\nafter: [gate]\n`),
  twin: `${SLEEPER}image: ${REGISTRY}/web:1\n`,
  gate: GATE,
};
const roles = { web: ['web'], both: ['web', 'twin'], gated: ['gate', 'web'] };

export interface PullingNode extends TestNode {
  readonly registry: Registry;
}

/** `web` starts after `gate` in role `gated`; in role `both`, `twin` has the same image. */
export async function startPullingNode(t: Test, limits: string): Promise<PullingNode> {
  const folder = t.testdir({ 'katod.yaml': `limits: ${limits}\n` });
  const settings = { KATOD_CONFIG: join(folder, 'katod.yaml'), KATOD_RESYNC: '1s' };
  const node = await startNode(t, { components, roles, settings });
  const registry = await startRegistry({ host: node.host });
  return { ...node, registry };
}

export const wants = ({ etcd }: TestNode, image: string): Promise<void> =>
  etcd.put('/katod/cluster/params/image.web', `${REGISTRY}/${image}`);

/** The container of web, running. */
export async function web({ host }: TestNode): Promise<Seen | undefined> {
  return (await containers(host)).find(({ name, state }) => name === 'katod-web' && state === 'running');
}

export const untilRuns = (node: TestNode, image: string): Promise<unknown> =>
  until(`web runs ${image}`, async () => (await web(node))?.image === `${REGISTRY}/${image}`, within);

/** Whether somebody listens on the component's port. */
export async function serves({ host }: TestNode): Promise<boolean> {
  return (
    (await host.exec(['curl', '--silent', '--output', '/dev/null', 'http://127.0.0.1:8080/'])).code === 0
  );
}
