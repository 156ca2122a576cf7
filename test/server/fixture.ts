/** A view to serve in tests: an agent with one component that is ready and one that is not. */
import type { ComponentSpec } from '../../src/desired/desired.js';
import { disruptionOf } from '../../src/desired/disruption.js';
import type { Plan } from '../../src/plan/action.js';
import { EventRing } from '../../src/report/event-ring.js';
import type { ComponentReport, Report } from '../../src/report/report.js';
import type { ServerNames } from '../../src/server/names.js';
import { planBody } from '../../src/server/plan-body.js';
import type { AgentView } from '../../src/server/view.js';

export const names: ServerNames = {
  node: 'web-1',
  hostname: 'Web-1.Example.org',
  hostNames: ['katod.example.org'],
};

const zookeeper: ComponentReport = {
  name: 'zookeeper',
  state: 'running',
  health: 'ready',
  leader: true,
  current: true,
  container: { id: '3f2a', image: 'zookeeper:3.9.5', definition: '9c41', startedAt: '2026-11-21T02:30:00Z' },
  wanted: { image: 'zookeeper:3.9.5', definition: '9c41' },
  doing: null,
  since: '2026-11-21T02:30:05.000Z',
  restarts: 0,
  lastExit: null,
  lastAction: null,
  output: 'Mode: leader',
};

export const report: Report = {
  status: 'degraded',
  node: 'web-1',
  address: '10.0.0.5',
  stack: 'core',
  roles: ['master'],
  reasons: ['marathon is failing'],
  paused: false,
  hold: null,
  version: '0.1.0',
  startedAt: '2026-11-21T02:30:00.000Z',
  store: { kind: 'etcd', reachable: true, from: 'etcd', revision: '42', problem: null },
  engine: { reachable: true, version: '20.10.24', api: '1.41', problem: null },
  slots: [],
  components: [
    zookeeper,
    { ...zookeeper, name: 'marathon', health: 'alive' },
    { ...zookeeper, name: 'older', current: false },
    { ...zookeeper, name: 'leaving', wanted: null },
  ],
};

const spec: ComponentSpec = {
  name: 'haproxy',
  description: '',
  shape: {
    image: 'haproxy:3.2.22',
    env: { PASSWORD: 'hidden' },
    network: 'host',
    publish: [],
    volumes: {},
    mounts: [],
    files: [{ target: '/etc/secret', content: 'hidden' }],
    ulimits: [],
    sysctls: {},
    capAdd: [],
    capDrop: [],
    privileged: false,
    devices: [],
    tmpfs: {},
    readOnly: false,
    extraHosts: [],
    dns: [],
    logging: null,
  },
  digest: '1:abc',
  files: { live: [], validate: [], digest: '' },
  definition: '9c41',
  pull: 'missing',
  labels: {},
  hostPorts: [],
  after: [],
  probes: {},
  disruption: disruptionOf('haproxy'),
  restart: { policy: 'always', min: 1000, max: 60_000, reset: 600_000, cleanExits: [], finalExits: [] },
  stopTimeout: 10_000,
};

export const plan: Plan = {
  actions: [
    { do: 'create', component: 'haproxy', because: 'it is missing', spec, name: 'katod-haproxy' },
    { do: 'pull', component: 'marathon', because: 'its image is not here', image: 'marathon:1.5' },
    {
      do: 'retire',
      component: 'old',
      because: 'role gone',
      id: 'b00c',
      name: 'katod-old-retired-b00c',
      worked: true,
    },
    { do: 'start', component: 'zookeeper', because: 'it exited', id: '3f2a', spec },
  ],
  waiting: [{ component: 'chronos', waits: 'dependency', until: null, because: 'zookeeper is not ready' }],
  stuck: [{ component: 'dnsmasq', state: 'blocked', because: 'port 53 is held by named' }],
  wishes: [],
  lookAgainAt: null,
};

/** A view whose answers can be replaced; counts the passes asked for. */
export function fakeView(more: Partial<AgentView> = {}): AgentView & { passes(): number } {
  let passes = 0;
  return {
    alive: () => true,
    report: async () => report,
    ready: async () => ({ ok: false, reasons: ['marathon is failing', 'older: replace it'], report }),
    plan: () => planBody(plan, 'create haproxy because it is missing'),
    metrics: async () => '# HELP katod_up A gauge\n# TYPE katod_up gauge\nkatod_up 1\n',
    events: new EventRing({ date: () => new Date(), mask: (text) => text }),
    reconcile: () => {
      passes += 1;
    },
    passes: () => passes,
    ...more,
  };
}

/** Keeps the level and message of each line. */
export function logbook() {
  const lines: string[] = [];
  const at = (level: string) => (_fields: unknown, message?: string) =>
    void lines.push(`${level}: ${message}`);
  return { lines, log: { debug: at('debug'), error: at('error') } };
}
