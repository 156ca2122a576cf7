/** What a measure stands on: a host with an engine, an etcd, and an agent that keeps components which only sleep. */
import { join } from 'node:path';
import { writeCatalog } from '../agent/node.js';
import { type Agent, startAgent, untilHealth } from '../sandbox/agent.js';
import { type Etcd, startEtcd } from '../sandbox/etcd.js';
import { type Host, startHost } from '../sandbox/host.js';
import { until } from '../sandbox/until.js';
import { type Engine, openEngine, SLEEP } from './engine.js';
import { type EngineProxy, startEngineProxy } from './engine-proxy.js';
import { callJson } from './http.js';

export interface Rig {
  readonly host: Host;
  readonly etcd: Etcd;
  readonly agent: Agent;
  readonly engine: Engine;
  /** Between agent and engine, where it was asked for. */
  readonly proxy: EngineProxy | null;
  /** Writes a key below `/katod/`; as fast as etcd takes it, which no etcdctl does. */
  put(key: string, value: string): Promise<void>;
  /** Many, as few transactions. */
  putAll(values: ReadonlyMap<string, string>): Promise<void>;
  /** Waits until all that is wanted runs and is ready, and nothing is to be done. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  /** Component to its definition; see `sleeper`. */
  readonly components: Readonly<Record<string, string>>;
  /** Role to its components; default: `bench`, with all. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** Counts the agent's calls to the engine. */
  readonly counted?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** Further ones, with paths in the host's folder. */
  readonly settingsOn?: (host: Host) => Readonly<Record<string, string>>;
}

/** A definition of a component that sleeps, and ends at once when it is told to. */
export function sleeper(more = ''): string {
  return `command: ${JSON.stringify(SLEEP)}\nstop: { timeout: 2s }\n${more}`;
}

/** `c01`, `c02` …, each with the same definition, or its own by number. */
export function numbered(count: number, define: (number: number) => string): Record<string, string> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries(numbers.map((number) => [`c${String(number).padStart(3, '0')}`, define(number)]));
}

/** In one transaction, as etcd's default bounds it. */
const MOST_PUTS = 128;

/** Etcd listens in the host's network, which is not the bench's: a relay from a unix socket. */
const RELAY = `const net = require('node:net');
net.createServer((near) => {
  const far = net.connect(2379, '127.0.0.1');
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(process.argv[1], () => console.log('ready'))`;

export async function openRig(options: RigOptions): Promise<Rig> {
  const host = await startHost({ images: ['busybox'] });
  try {
    const etcd = await startEtcd({ host });
    const relay = join(host.folder, 'etcd.sock');
    const relaying = host.spawn([process.execPath, '-e', RELAY, relay], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => relaying.stdout?.once('data', resolve));
    const putAll = async (values: ReadonlyMap<string, string>) => {
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      const puts = [...values].map(([key, value]) => ({
        requestPut: { key: base64(`/katod/${key}`), value: base64(value) },
      }));
      for (let at = 0; at < puts.length; at += MOST_PUTS) {
        const body = { success: puts.slice(at, at + MOST_PUTS) };
        await callJson(relay, { method: 'POST', path: '/v3/kv/txn', body });
      }
    };
    const catalog = join(host.folder, 'catalog');
    const { components, roles = { bench: Object.keys(components) } } = options;
    writeCatalog(catalog, { components, roles });
    const engine = await openEngine(host.dockerSocket);
    const proxy = options.counted
      ? await startEngineProxy(host.dockerSocket, join(host.folder, 'counted.sock'))
      : null;
    const agent = await startAgent({
      host,
      within: 60_000,
      settings: {
        KATOD_CATALOG: catalog,
        KATOD_ETCD: etcd.endpoint,
        ...(proxy === null ? {} : { KATOD_DOCKER: `unix://${proxy.socket}` }),
        ...options.settings,
        ...options.settingsOn?.(host),
      },
    });
    return {
      ...{ host, etcd, agent, engine, proxy, putAll },
      put: (key, value) => putAll(new Map([[key, value]])),
      async settled() {
        await untilHealth(agent, 'settled', ({ status }) => status === 'healthy', { within: 120_000 });
        const idle = async () => {
          const { actions, waiting, stuck } = (await agent.get('/v1/plan')).json as PlanAnswer;
          return actions.length + waiting.length + stuck.length === 0;
        };
        await until('nothing is to be done', idle, { within: 60_000 });
      },
      async close() {
        engine.close();
        await agent.close();
        proxy?.close();
        await etcd.close();
        await host.close();
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

interface PlanAnswer {
  readonly actions: readonly unknown[];
  readonly waiting: readonly unknown[];
  readonly stuck: readonly unknown[];
}
