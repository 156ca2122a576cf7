/** Two reports as an agent gives them: all well, and all that can be shown wrong at once. */
import type { ComponentReport, Report } from '../../src/report/report.js';

export const now = '2026-11-21T12:00:00.000Z';

const zookeeper: ComponentReport = {
  name: 'zookeeper',
  state: 'running',
  health: 'ready',
  leader: true,
  current: true,
  container: {
    id: '3f2a',
    image: 'zookeeper:3.9.5',
    definition: '9c41',
    startedAt: '2026-11-18T11:00:00.000Z',
  },
  wanted: { image: 'zookeeper:3.9.5', definition: '9c41' },
  doing: null,
  since: '2026-11-18T11:00:00.000Z',
  restarts: 0,
  lastExit: null,
  lastAction: { what: 'start', because: 'it is created', at: '2026-11-18T11:00:00.000Z' },
  output: 'Mode: leader',
};

export const healthyReport: Report = {
  status: 'healthy',
  node: 'web-1',
  address: '10.0.0.5',
  stack: 'core',
  roles: ['master', 'edge'],
  reasons: [],
  paused: false,
  hold: null,
  version: '0.1.0',
  startedAt: '2026-11-18T11:00:00.000Z',
  store: { kind: 'etcd', reachable: true, from: 'etcd', revision: '42', problem: null },
  engine: { reachable: true, version: '20.10.24', api: '1.41', problem: null },
  slots: [],
  components: [
    zookeeper,
    {
      ...zookeeper,
      name: 'haproxy',
      leader: null,
      since: '2026-11-21T11:59:20.000Z',
      restarts: 2,
      lastExit: { code: 137, at: '2026-11-21T11:59:19.000Z', oomKilled: false },
      lastAction: { what: 'start', because: 'it exited with code 137', at: '2026-11-21T11:59:19.000Z' },
    },
  ],
};

export const brokenReport: Report = {
  ...healthyReport,
  status: 'degraded',
  roles: [],
  reasons: [
    'store unreachable at http://10.0.0.2:2379 since 12 s: connection refused; look at etcd there',
    'haproxy is blocked: port 80 is held by nginx (pid 4711)',
  ],
  paused: 'all',
  hold: "the store is another cluster's",
  store: { kind: 'etcd', reachable: false, from: 'disk', revision: null, problem: 'connection refused' },
  engine: { reachable: false, version: null, api: null, problem: 'connection refused' },
  components: [
    {
      ...zookeeper,
      name: 'haproxy',
      state: 'blocked',
      health: 'unknown',
      leader: null,
      current: false,
      container: null,
      since: '2026-11-21T11:55:00.000Z',
      lastAction: null,
    },
    {
      ...zookeeper,
      health: 'alive',
      leader: false,
      current: false,
      since: '2026-11-21T09:59:00.000Z',
      doing: {
        what: 'pull',
        waits: null,
        until: null,
        progress: 0.42,
        because: 'the image is not on the node',
      },
    },
    {
      ...zookeeper,
      name: 'web',
      state: 'exited',
      health: 'failing',
      leader: null,
      restarts: 7,
      since: '2026-11-21T11:59:48.000Z',
      doing: {
        what: 'wait',
        waits: 'backoff',
        until: '2026-11-21T12:00:20.000Z',
        progress: null,
        because: 'it exited with code 1, 5 times in a row, and is started again after a while',
      },
      lastExit: { code: 1, at: '2026-11-21T11:59:48.000Z', oomKilled: true },
    },
  ],
};
