/** How often a node tells of itself; by a clock of the test's own, since it is minutes. The store is a stand-in. */
import { mock } from 'node:test';
import { pino } from 'pino';
import t from 'tap';
import { Presence } from '../../src/cluster/presence.js';
import type { Report } from '../../src/report/report.js';

const MINUTE = 60_000;

const report: Report = {
  status: 'healthy',
  node: 'web-1',
  address: '10.0.0.5',
  stack: 'core',
  roles: ['master'],
  reasons: [],
  paused: false,
  hold: null,
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  store: { kind: 'etcd', reachable: true, from: 'etcd', revision: '1', problem: null },
  engine: { reachable: true, version: '20.10', api: '1.41', problem: null },
  slots: [],
  components: [],
};

t.test('a status is written on change and every five minutes, and at no other time', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  let now = 0;
  const held: string[] = [];
  const presence = new Presence({
    store: {
      kind: 'etcd',
      list: async () => [],
      create: async () => ({ done: true, now: null }),
      putIf: async () => ({ done: true, now: null }),
      openSession: () => ({
        hold: (_key, value) => void held.push(value),
        release: () => {},
        held: () => null,
        stands: () => true,
        claim: async () => ({ ok: false }),
        giveUp: async () => {},
        problem: () => null,
        close: async () => {},
      }),
    },
    self: { name: 'web-1', address: '10.0.0.5', hostname: 'web-1', machineId: null, version: '0.1.0' },
    date: () => new Date(now),
    log: pino({ level: 'silent' }),
  });
  const pass = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    mock.timers.tick(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  };

  presence.note(report, true);
  await pass(0);
  await pass(1);
  t.equal(held.length, 1, 'at first');
  for (let at = 0; at < 4 * MINUTE; at += 30_000) {
    presence.note(report, true);
    await pass(30_000);
  }
  t.equal(held.length, 1, 'not while nothing changes');
  await pass(MINUTE);
  t.equal(held.length, 2, 'after five minutes');
  t.match(held[1], '"at":"1970-01-01T00:05:00');
  presence.note({ ...report, status: 'degraded' }, true);
  await pass(2_000);
  t.match(held[2], '"status":"degraded"');
  presence.note({ ...report, status: 'degraded' }, false);
  await pass(10 * MINUTE);
  t.equal(held.length, 3, 'nothing is written to a store that is not followed');
  await presence.close();
});
