/** A node whose agent speaks with its real engine by way of a proxy, in which single requests go wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type DockerProxy, startDockerProxy } from '../sandbox/docker-proxy.js';
import { type NodeOptions, startNode, type TestNode } from './node.js';

export interface ProxiedNode extends TestNode {
  readonly proxy: DockerProxy;
}

/** `engineCall`: deadline of one call, such as `2s`. */
export async function startProxiedNode(
  t: Test,
  { engineCall, ...options }: NodeOptions & { readonly engineCall: string },
): Promise<ProxiedNode> {
  const opened: DockerProxy[] = [];
  const node = await startNode(t, {
    ...options,
    async settingsOn(host) {
      const proxy = await startDockerProxy(host.dockerSocket, join(host.folder, 'proxy.sock'));
      t.teardown(() => proxy.close());
      opened.push(proxy);
      const config = join(host.folder, 'katod.yaml');
      writeFileSync(config, `limits: { engineCall: ${engineCall} }\n`);
      return { KATOD_DOCKER: `unix://${proxy.socket}`, KATOD_CONFIG: config };
    },
  });
  const [proxy] = opened;
  if (proxy === undefined) throw new Error('the node was started without its proxy');
  return { ...node, proxy };
}
