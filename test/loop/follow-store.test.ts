/** Which of the store's readings count. What follows from one that does is shown with the whole agent. */
import { pino } from 'pino';
import t from 'tap';
import type { Desired } from '../../src/desired/desired.js';
import { DEFAULT_POLICY } from '../../src/desired/policy.js';
import { FollowedStore } from '../../src/loop/follow-store.js';
import type { Reading } from '../../src/store/store.js';
import { catalogOf, web } from '../catalog/catalog-of.js';

const catalog = catalogOf({
  components: { web: web('') },
  stacks: {
    core: 'name: core\ndescription: x\nroles: { a: { description: x, components: [web] }, b: { description: x, components: [web] } }',
  },
});

function reading(role: string, id: string, revision: string): Reading {
  const entries = Object.entries({ 'cluster/id': id, 'nodes/web-1/role': role });
  const bytes = entries.map(([key, value]) => [key, new TextEncoder().encode(value)] as const);
  return { ok: true, snapshot: { revision, clusterId: '7', entries: new Map(bytes) } };
}

t.test('of those that come before the engine has been looked at, only the last counts', async (t) => {
  let look: (cluster: string | null) => void = () => {};
  const engine = new Promise<string | null>((resolve) => {
    look = resolve;
  });
  const told: Desired[] = [];
  const followed = new FollowedStore({
    store: { kind: 'etcd', follow: () => ({ refresh: () => {}, share: () => {}, close: async () => {} }) },
    catalog,
    policy: DEFAULT_POLICY,
    lastKnownGood: { read: async () => ({ value: null, problems: [] }), write: async () => null },
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web-1' },
    defaultStack: 'core',
    prefix: '/katod',
    log: pino({ level: 'silent' }),
    onDesired: (desired) => told.push(desired),
    cluster: { onEngine: () => engine, create: async () => null, twin: async () => null },
    takeTrustMark: async () => false,
  });
  const taken = [followed.take(reading('a', 'ours', '5'))];
  await followed.take({ ok: false, why: 'store unreachable' });
  t.match(told, [{ known: false, why: 'store unreachable' }], 'trouble waits for no engine');
  told.length = 0;
  taken.push(followed.take(reading('b', 'ours', '6')));
  look(null);
  await Promise.all(taken);
  t.match(told, [{ known: true, roles: ['b'], revision: '6' }]);
  t.equal(told.length, 1);
  t.equal(followed.unreadable(), null);

  await followed.take(reading('a', 'theirs', '7'));
  t.match(followed.hold(), /another cluster's/);
  await followed.take({ ok: false, why: 'store unreachable' });
  t.match(followed.hold(), /another cluster's/, 'a hold outlasts that its store can not be reached');
  t.equal(followed.unreadable(), 'store unreachable');
  await followed.take(reading('a', 'ours', '8'));
  t.equal(followed.hold(), null);
  t.match(told.at(-1), { roles: ['a'] });
  await followed.close();
});
