/** Docker Swarm, which does the same jobs: global services on nodes with a label. */
import { IMAGE } from '../agent/node.js';
import { type Host, startHost } from '../sandbox/host.js';
import { type Engine, openEngine, SLEEP } from './engine.js';
import { callJson } from './http.js';

export interface Swarm {
  readonly engine: Engine;
  /** Sets or takes away the label that the services ask for, and resolves when Swarm has taken it. */
  label(set: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Swarm asks the registry before it takes the image that is there; this one refuses at once, as nobody listens there. */
const LOCAL_IMAGE = '127.0.0.1:1/bench:1';

/** An engine of its own with so many global services, constrained to a label that no node has yet. */
export async function openSwarm(services: number): Promise<Swarm> {
  const host: Host = await startHost({ images: ['busybox'] });
  try {
    await host.docker('tag', IMAGE, LOCAL_IMAGE);
    await host.docker('swarm', 'init', '--advertise-addr', host.address);
    for (let number = 1; number <= services; number += 1) {
      await host.docker(
        ...['service', 'create', '--detach', '--quiet', '--no-resolve-image', '--mode', 'global'],
        ...['--name', `s${number}`, '--network', 'host', '--constraint', 'node.labels.role==bench'],
        ...['--restart-delay', '0s', '--stop-grace-period', '2s', '--entrypoint', ''],
        ...[LOCAL_IMAGE, ...SLEEP],
      );
    }
    const engine = await openEngine(host.dockerSocket);
    return {
      engine,
      async label(set) {
        const path = '/nodes';
        const [node] = (await callJson(engine.socket, { method: 'GET', path })) as SwarmNode[];
        if (node === undefined) throw new Error('the swarm has no node');
        const body = { ...node.Spec, Labels: set ? { role: 'bench' } : {} };
        const update = `/nodes/${node.ID}/update?version=${node.Version.Index}`;
        await callJson(engine.socket, { method: 'POST', path: update, body });
      },
      async close() {
        engine.close();
        await host.close();
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

interface SwarmNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: object;
}
