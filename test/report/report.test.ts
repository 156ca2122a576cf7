import t from 'tap';
import type { Desired } from '../../src/desired/desired.js';
import { disruptionOf } from '../../src/desired/disruption.js';
import type { Coordination } from '../../src/plan/disruption.js';
import { type Memory, NOTHING_REMEMBERED, remember } from '../../src/plan/memory.js';
import { notice } from '../../src/plan/notice.js';
import { buildReport, readiness } from '../../src/report/build.js';
import type { ReportInput } from '../../src/report/input.js';
import { container, spec, UNKNOWN, type World, wanted } from '../plan/world.js';
import { NOW, reportInput } from './input.js';

const A = 'aaaaaaaaaaaa';
const UNASSIGNED: Desired = {
  known: false,
  unassigned: true,
  why: 'no role yet: etcdctl put /katod/nodes/web-1/role ROLE',
};

/** Status, readiness code, reasons, and a line per component. */
function told(world: World, more: Partial<ReportInput> = {}): string {
  const input = reportInput(world, more);
  const report = buildReport(input, null);
  const { ok } = readiness(input, report);
  const components = report.components.map(({ name, state, health, current, doing }) => {
    const work = doing ? ` · ${doing.what}${doing.waits ? ` ${doing.waits}` : ''}` : '';
    return `  ${name}: ${state}, ${health}, ${current ? 'current' : 'not current'}${work}`;
  });
  return [
    `${report.status} ${ok ? 200 : 503}`,
    ...report.reasons.map((line) => `- ${line}`),
    ...components,
  ].join('\n');
}

const web = spec('web');
const job = spec('web', { restart: { ...web.restart, policy: 'on-failure' } });
const final = spec('web', { restart: { ...web.restart, finalExits: [78] } });
const running = { desired: wanted(web), own: [container('web', A)] };
const exitedTwice = [0, 1].reduce((memory, second) => {
  const ran = { from: '2026-01-01T00:00:00Z', to: `2026-01-01T00:00:0${second}Z` };
  const own = [container('web', A, { state: 'exited', exit: 1, ran })];
  const unprobed = { verdicts: new Map(), succeeding: new Set<string>(), credentials: '' };
  return notice(memory, { ...unprobed, desired: running.desired, current: own, now: 0, jitter: 1 });
}, NOTHING_REMEMBERED);

const failedPull: Memory = {
  ...NOTHING_REMEMBERED,
  pulls: {
    failed: new Map([
      ['web:1', { message: 'no route to host', failures: 1, nextAt: 9, refused: false, credentials: '' }],
    ]),
    asked: new Map(),
  },
};

const peers = { serve: [], least: 0, any: [] };
const without = {
  ...wanted(),
  disruptions: new Map([['web', { ...disruptionOf('web'), peers }]]),
} as Desired;
const slot = { group: 'web', number: 0, node: 'web-1', component: 'web', since: NOW, why: '' };
const holding: Coordination = {
  kind: 'joined',
  node: 'web-1',
  read: new Set(),
  slots: [slot],
  certain: new Set(['web/0']),
  left: new Set(),
  rolls: [],
  peers: new Map(),
  members: [],
  marks: new Map(),
};

function waiting(needs: 'members' | 'number') {
  return wanted({ ok: false, name: 'web', problems: [], waits: { needs, why: 'WHY' }, inForce: null });
}

const refusing = {
  do: 'check' as const,
  component: 'web',
  because: '',
  spec: spec('web', {
    files: {
      live: [{ target: '/etc/web/a', content: 'x', digest: 'x', onChange: { signal: 'SIGHUP' } }],
      validate: [['web', '-c']],
      digest: 'd',
    },
  }),
};
const refused = remember(
  NOTHING_REMEMBERED,
  {
    action: refusing,
    ok: false,
    message: 'web ended with exit code 1: line 7',
    retry: 'never',
    retryAfter: null,
  },
  {
    desired: running.desired,
    pullLimits: { min: 1, max: 1, recheck: 1 },
    credentials: '',
    now: -5_000,
    jitter: 0,
  },
);

const table: readonly (readonly [string, string, string])[] = [
  [
    'all is well',
    told({ ...running, health: { web: 'ready' } }),
    'healthy 200\n  web: running, ready, current',
  ],
  [
    'its files are refused: what runs is as good as it was',
    told({
      ...running,
      desired: wanted(refusing.spec),
      health: { web: 'ready' },
      files: { web: { '/etc/web/a': 'old' } },
      memory: refused,
      now: 2_000,
    }),
    'degraded 200\n- web: waits: its files are refused: web ended with exit code 1: line 7: what is in place stays; mend them, or ask again with POST /v1/reconcile\n  web: running, ready, current · wait',
  ],
  [
    'not ready yet',
    told({ ...running, health: { web: 'alive' } }),
    'converging 503\n- web: running, not ready yet: connection refused\n  web: running, alive, current',
  ],
  [
    'nothing there yet',
    told(
      { desired: wanted(web) },
      { lanes: new Map([['web', { do: 'pull', component: 'web', image: 'web:1', because: 'it is new' }]]) },
    ),
    'converging 503\n- web: pull: it is new\n  web: missing, unknown, not current · pull',
  ],
  [
    'a crash loop',
    told({ ...running, own: [container('web', A, { state: 'exited', exit: 1 })], memory: exitedTwice }),
    [
      'degraded 503',
      '- web: waits for backoff: it ended or was restarted 2 times in a row, the last time with exit code 1, next try at 1970-01-01T00:00:01.000Z',
      '  web: exited, unknown, current · wait backoff',
    ].join('\n'),
  ],
  [
    'its work is done: as good as running',
    told({ desired: wanted(job), own: [container('web', A, { state: 'exited', exit: 0 })] }),
    'healthy 200\n  web: exited, ready, current',
  ],
  [
    'it ended with a final exit code',
    told({ desired: wanted(final), own: [container('web', A, { state: 'exited', exit: 78 })] }),
    [
      'degraded 503',
      '- web: finished: it ended with exit code 78, which is final: mend the cause (docker logs katod-web), then docker rm katod-web to have it made anew',
      '  web: finished, unknown, current · wait',
    ].join('\n'),
  ],
  [
    'an older one serves while the new image cannot be had',
    told({
      ...running,
      own: [container('web', A, { digest: '1:web:0' })],
      images: [],
      health: { web: 'ready' },
      memory: failedPull,
    }),
    [
      'degraded 503',
      '- web: waits for pull: no route to host, next try at 1970-01-01T00:00:00.009Z',
      '  web: running, ready, not current · wait pull',
    ].join('\n'),
  ],
  [
    'its image is asked for again after a failure',
    told(
      {
        ...running,
        own: [],
        images: [],
        memory: failedPull,
        now: 9,
        underWay: { pulls: new Set(['web:1']) },
      },
      { pulls: new Map([['web:1', 0.5]]) },
    ),
    [
      'degraded 503',
      '- web: pull: its image is not on the node',
      '  web: missing, unknown, not current · pull',
    ].join('\n'),
  ],
  [
    "it waits for this node's turn to pull: nothing has failed",
    told({
      ...running,
      own: [container('web', A, { digest: '1:web:0' })],
      images: [],
      health: { web: 'ready' },
      pullSpread: { over: 100_000 },
    }),
    [
      'converging 503',
      "- web: waits: the nodes pull web:1 one after the other, and this one's turn comes, at 1970-01-01T00:00:47.999Z",
      '  web: running, ready, not current · wait',
    ].join('\n'),
  ],
  [
    'the store cannot be read: told, and ready all the same',
    told(
      { ...running, health: { web: 'ready' } },
      { store: { kind: 'etcd', unreadable: 'store unreachable: no answer', hold: null } },
    ),
    'degraded 200\n- store unreachable: no answer\n  web: running, ready, current',
  ],
  [
    'the store is not followed: told, and ready all the same',
    told(
      { ...running, health: { web: 'ready' } },
      { store: { kind: 'etcd', unreadable: null, hold: 'it was emptied' } },
    ),
    'degraded 200\n- hold: it was emptied\n  web: running, ready, current',
  ],
  [
    'a value in the store is refused: told, and ready all the same',
    told(
      { ...running, health: { web: 'ready' } },
      { problems: [{ place: '/katod/nodes/web-1/role', message: 'no role mastr' }] },
    ),
    'degraded 200\n- /katod/nodes/web-1/role: no role mastr\n  web: running, ready, current',
  ],
  [
    'a refused definition',
    told({
      desired: wanted({
        ok: false,
        name: 'web',
        problems: [{ place: 'web', message: 'no image' }],
        inForce: null,
      }),
      own: [container('web', A)],
    }),
    'degraded 503\n- web: its definition is refused: web: no image\n  web: invalid, unknown, not current',
  ],
  [
    'an ensemble whose members are still to come',
    told({ desired: waiting('members') }),
    'converging 503\n- web: waits for ensemble: WHY\n  web: missing, unknown, not current · wait ensemble',
  ],
  [
    'an ensemble that an operator has to do something about',
    told({ desired: waiting('number'), own: [container('web', A)] }),
    'degraded 503\n- web: waits for ensemble: WHY\n  web: running, unknown, not current · wait ensemble',
  ],
  [
    'somebody holds the name',
    told({ desired: wanted(web), foreign: { 'katod-web': 'container katod-web (c, image x)' } }),
    [
      'degraded 503',
      '- web: blocked: the name katod-web is held by container katod-web (c, image x): remove or rename that one',
      '  web: blocked, unknown, not current · wait',
    ].join('\n'),
  ],
  ['no role yet', told({ desired: UNASSIGNED }), `unassigned 503\n- ${UNASSIGNED.why}`],
  ['role none and all gone', told({ desired: wanted() }), 'healthy 200'],
  [
    'role none, and its slot is kept until the others serve',
    told({ desired: without, coordination: holding }),
    [
      'converging 200',
      '- web: waits for slot: it is gone, and its slot is kept until the others serve without it: the other nodes are being asked',
    ].join('\n'),
  ],
  [
    'role none, and the slots are not known yet',
    told({ desired: wanted(), own: [container('web', A)], coordination: holding }),
    [
      'converging 503',
      '- web: not wanted here, still running, waits for slot: the slots of its group are being read',
      '  web: running, unknown, not current · wait slot',
    ].join('\n'),
  ],
  [
    'role none and one left',
    told({ desired: wanted(), own: [container('web', A, { retired: true })] }),
    'converging 503\n- web: not wanted here, still running\n  web: running, unknown, not current',
  ],
  [
    'nothing known, something there',
    told({ desired: UNKNOWN, own: [container('web', A)] }),
    'degraded 503\n- store unreachable: no answer\n- web: running, not ready yet\n  web: running, unknown, current',
  ],
  [
    'the engine is away',
    told(running, {
      engine: { reachable: false, version: { version: '1', api: '1' }, problem: 'connection refused' },
    }),
    [
      'degraded 503',
      '- engine unreachable: connection refused',
      '- web: running, not ready yet',
      '  web: running, unknown, current',
    ].join('\n'),
  ],
];

t.test('what is told of each world', async (t) => {
  for (const [name, text, expected] of table) t.equal(text, expected, name);
});

t.test('a component is as it is since it became so', async (t) => {
  const first = buildReport(reportInput(running), null);
  const later = buildReport(reportInput(running, { now: '2026-01-03T00:00:00.000Z' }), first);
  t.equal(later.components[0]?.since, NOW);
  const changed = { ...running, health: { web: 'ready' as const } };
  const ready = buildReport(reportInput(changed, { now: '2026-01-03T00:00:00.000Z' }), first);
  t.equal(ready.components[0]?.since, '2026-01-03T00:00:00.000Z');
});
