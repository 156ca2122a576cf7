/** A replacement that does not become ready goes, and the one before comes back; once. */
import t from 'tap';
import type { Coordination } from '../../src/plan/disruption.js';
import { type ComponentMemory, FRESH, type Memory, NOTHING_REMEMBERED } from '../../src/plan/memory.js';
import { failedName } from '../../src/plan/names.js';
import { container, PREFIX, planned, spec, type World, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const B = 'bbbbbbbbbbbb';
const old = { digest: '1:web:0' };
const web = spec('web');
const desired = wanted(web);
const fiveMinutes = 300_000;

const retired = container('web', A, { ...old, retired: true, state: 'exited' });
const longId = B.padEnd(64, '0');
const failed = (state: 'running' | 'exited') =>
  container('web', B, { state, name: failedName(PREFIX, 'web', longId) });

function remembered(more: Partial<ComponentMemory> = {}): Memory {
  const successor = { id: longId, since: 0 };
  return { ...NOTHING_REMEMBERED, components: new Map([['web', { ...FRESH, successor, ...more }]]) };
}

function marked(state: 'begun' | 'failed' | null): Coordination {
  const marks = new Map([['web', { definition: web.definition, state }]]);
  const nothing = {
    read: new Set<string>(),
    slots: [],
    certain: new Set<string>(),
    left: new Set<string>(),
    rolls: [],
    members: [],
  };
  return { kind: 'joined', node: 'web-1', ...nothing, peers: new Map(), marks };
}

const late = 'it was not ready within 5 min, and its predecessor comes back';
const notReady = 'definition definition o did not become ready here';
const alive: World = {
  desired,
  own: [retired, container('web', B)],
  health: { web: 'alive' },
  memory: remembered(),
};

const table: readonly (readonly [string, World, string])[] = [
  ['it still has time', { ...alive, now: fiveMinutes - 1 }, ''],
  [
    'its time is over',
    { ...alive, now: fiveMinutes },
    `web: retire bbbbbbbbbbbb to katod-web-failed-bbbbbbbbbbbb (${late})`,
  ],
  [
    'the others are told first',
    { ...alive, now: fiveMinutes, coordination: marked('begun') },
    `web: tell that definition definition o is failed (${late})`,
  ],
  [
    'they have been told',
    { ...alive, now: fiveMinutes, coordination: marked('failed') },
    `web: retire bbbbbbbbbbbb to katod-web-failed-bbbbbbbbbbbb (${late})`,
  ],
  [
    'they can not be told: it goes back all the same',
    { ...alive, now: fiveMinutes, coordination: { kind: 'away', why: 'etcd does not answer' } },
    `web: retire bbbbbbbbbbbb to katod-web-failed-bbbbbbbbbbbb (${late})`,
  ],
  [
    'one that ends again and again is no better',
    {
      ...alive,
      own: [retired, container('web', B, { state: 'exited' })],
      now: fiveMinutes,
    },
    `web: retire bbbbbbbbbbbb to katod-web-failed-bbbbbbbbbbbb (${late})`,
  ],
  [
    'its predecessor did not work either: it stays',
    { ...alive, now: fiveMinutes, memory: remembered({ broken: A.padEnd(64, '0') }) },
    'web: remove aaaaaaaaaaaa (its successor runs)',
  ],
  ['there is no predecessor', { ...alive, own: [container('web', B)], now: fiveMinutes }, ''],
  // The way back.
  [
    'the failed one stops',
    { desired, own: [retired, failed('running')] },
    `web: stop bbbbbbbbbbbb (${notReady})`,
  ],
  [
    'the one before has its name back',
    { desired, own: [retired, failed('exited')] },
    `web: rename aaaaaaaaaaaa to katod-web (${notReady})`,
  ],
  [
    'and starts',
    { desired, own: [container('web', A, { ...old, state: 'exited' }), failed('exited')] },
    `web: start aaaaaaaaaaaa (it ended with exit code 137, and is kept as it was: ${notReady})`,
  ],
  [
    'it runs on, and the definition is not tried again',
    { desired, own: [container('web', A, old), failed('exited')], health: { web: 'ready' } },
    `web: wait (${notReady}, and the one before runs on (docker logs katod-web-failed-bbbbbbbbbbbb): put a better one; to have it tried again: docker rm katod-web-failed-bbbbbbbbbbbb)`,
  ],
  [
    'never a rollback of a rollback',
    {
      desired,
      own: [container('web', A, old), failed('exited')],
      health: { web: 'alive' },
      now: 9 * fiveMinutes,
    },
    `web: wait (${notReady}, and the one before runs on (docker logs katod-web-failed-bbbbbbbbbbbb): put a better one; to have it tried again: docker rm katod-web-failed-bbbbbbbbbbbb)`,
  ],
  [
    'another definition is wanted',
    {
      desired: wanted(spec('web', { image: 'web:2' })),
      own: [container('web', A, old), failed('exited')],
    },
    'web: remove bbbbbbbbbbbb (another try is made)',
  ],
  [
    'its mark was forgotten',
    { desired, own: [container('web', A, old), failed('exited')], coordination: marked(null) },
    'web: remove bbbbbbbbbbbb (another try is made)',
  ],
  [
    'the one before was taken away: there is nothing but the failed one',
    { desired, own: [failed('exited')] },
    'web: remove bbbbbbbbbbbb (there is nothing to go back to)',
  ],
  [
    'nothing of it is wanted any more',
    { desired: wanted(), own: [failed('exited')] },
    'web: remove bbbbbbbbbbbb (the role of this node is none)',
  ],
];

t.test('the plan of each world', (t) => {
  for (const [what, world, text] of table) t.equal(planned(world), text, what);
  t.end();
});
