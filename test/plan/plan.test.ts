import t from 'tap';
import type { ComponentSpec, EnsembleWait } from '../../src/desired/desired.js';
import { container, PREFIX, paused, planned, spec, UNKNOWN, type World, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const B = 'bbbbbbbbbbbb';
const old = { digest: '1:web:0' };
const web = spec('web');
const final = { ...web.restart, finalExits: [108] };
const mend = 'mend the cause (docker logs katod-web), then docker rm katod-web to have it made anew';
const job = spec('job', { restart: { ...web.restart, policy: 'on-failure', cleanExits: [143] } });
const member = spec('db', {
  ensemble: { number: 4, nodes: ['web-1', 'web-4'], id: { volume: 'data', path: '/data/myid' } },
  shape: { ...web.shape, volumes: { data: '/data', log: '/log' } },
});
const others =
  'db: blocked (the data in volume katod-db-data is that of member 2 (/data/myid), and this node is member 4 of ensemble db: bring back the data of member 4; or, if this data is not needed any more, katod pause && docker rm katod-db && docker volume rm katod-db-data katod-db-log && katod resume)';
const STARTS = [
  ['its own data', { known: true, text: ' 4\n' }, 'start aaaaaaaaaaaa (it is new)'],
  ['new data', { known: true, text: null }, 'start aaaaaaaaaaaa (it is new)'],
  [
    'data that can not be read',
    { known: false, why: 'slow' },
    "wait (the number in /data/myid can't be read: slow)",
  ],
] as const;

/** Each row: what the world is like, and the plan. */
const table: readonly (readonly [string, World, string])[] = [
  // From nothing to running.
  [
    'nothing there, image away',
    { desired: wanted(web), images: [] },
    'web: pull web:1 (its image is not on the node)',
  ],
  ['nothing there, image here', { desired: wanted(web) }, 'web: create katod-web (it has no container)'],
  [
    'created',
    { desired: wanted(web), own: [container('web', A, { state: 'created' })] },
    'web: start aaaaaaaaaaaa (it is new)',
  ],
  ['running as wanted', { desired: wanted(web), own: [container('web', A)] }, ''],
  ['its lane is at work', { desired: wanted(web), underWay: { lanes: new Set(['web']) } }, ''],
  [
    'the image of two components is pulled once',
    { desired: wanted(spec('one', { image: 'same:1' }), spec('two', { image: 'same:1' })), images: [] },
    'one: pull same:1 (its image is not on the node)\ntwo: wait for pull (its image is not on the node)',
  ],
  [
    'no more pulls than the limit',
    { desired: wanted(web), images: [], underWay: { pulls: new Set(['x:1', 'y:1']) } },
    'web: wait for pull (2 other pulls are under way)',
  ],
  // Order.
  [
    'a component is created at once but starts after what it needs',
    {
      desired: wanted(spec('db'), spec('web', { after: ['db'] })),
      own: [container('db', A), container('web', B, { state: 'created' })],
      health: { db: 'alive' },
    },
    'web: wait for dependency (db is not ready)',
  ],
  [
    'what it needs is ready',
    {
      desired: wanted(spec('db'), spec('web', { after: ['db'] })),
      own: [container('db', A), container('web', B, { state: 'created' })],
      health: { db: 'ready' },
    },
    'web: start bbbbbbbbbbbb (it is new)',
  ],
  [
    'what it needs is not on this node',
    { desired: wanted(spec('web', { after: ['db'] })), own: [container('web', B, { state: 'created' })] },
    'web: start bbbbbbbbbbbb (it is new)',
  ],
  [
    'what it needs fails: never a reason to stop',
    {
      desired: wanted(spec('db'), spec('web', { after: ['db'] })),
      own: [container('db', A), container('web', B)],
      health: { db: 'alive', web: 'ready' },
    },
    '',
  ],
  // Repairs.
  [
    'killed',
    { desired: wanted(web), own: [container('web', A, { state: 'exited', exit: 137 })] },
    'web: start aaaaaaaaaaaa (it ended with exit code 137)',
  ],
  [
    'paused',
    { desired: wanted(web), own: [container('web', A, { state: 'paused' })] },
    'web: unpause aaaaaaaaaaaa (somebody paused it)',
  ],
  [
    'renamed',
    { desired: wanted(web), own: [container('web', A, { name: 'mine' })] },
    'web: rename aaaaaaaaaaaa to katod-web (somebody renamed it to mine)',
  ],
  [
    "two have each other's name: both make room",
    {
      desired: wanted(spec('db'), web),
      own: [container('db', A, { name: 'katod-web' }), container('web', B, { name: 'katod-db' })],
    },
    [
      'db: rename aaaaaaaaaaaa to katod-db-displaced-aaaaaaaaaaaa (somebody renamed it to katod-web)',
      'web: rename bbbbbbbbbbbb to katod-web-displaced-bbbbbbbbbbbb (somebody renamed it to katod-db)',
    ].join('\n'),
  ],
  [
    "another component's name, and its own is held by somebody else: it makes room",
    {
      desired: wanted(spec('db'), web),
      own: [container('web', A, { name: 'katod-db' })],
      foreign: { 'katod-web': 'container katod-web' },
    },
    [
      'db: create katod-db (it has no container)',
      'web: rename aaaaaaaaaaaa to katod-web-displaced-aaaaaaaaaaaa (somebody renamed it to katod-db)',
    ].join('\n'),
  ],
  [
    'dead',
    { desired: wanted(web), own: [container('web', A, { state: 'dead' })] },
    'web: remove aaaaaaaaaaaa (the engine left it dead)',
  ],
  ['being removed', { desired: wanted(web), own: [container('web', A, { state: 'removing' })] }, ''],
  [
    'two of one component',
    { desired: wanted(web), own: [container('web', A, { name: 'twin' }), container('web', B)] },
    'web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (it is a second container of the component)',
  ],
  [
    'its live probe fails',
    { desired: wanted(web), own: [container('web', A)], health: { web: 'failing' } },
    'web: restart aaaaaaaaaaaa (its live probe fails: connection refused)',
  ],
  // Ends that are the end of it.
  [
    'a final exit code',
    {
      desired: wanted(spec('web', { restart: final })),
      own: [container('web', A, { state: 'exited', exit: 108 })],
    },
    `web: finished (it ended with exit code 108, which is final: ${mend})`,
  ],
  [
    'a final exit code, and what runs is paused',
    {
      desired: paused(wanted(spec('web', { restart: final }))),
      own: [container('web', A, { state: 'exited', exit: 108 })],
    },
    `web: finished (it ended with exit code 108, which is final: ${mend})`,
  ],
  [
    'a final exit code, and the operator has removed the container',
    { desired: wanted(spec('web', { restart: final })) },
    'web: create katod-web (it has no container)',
  ],
  [
    'a final exit code, and another definition',
    {
      desired: wanted(spec('web', { restart: final })),
      own: [container('web', A, { ...old, state: 'exited', exit: 108 })],
    },
    'web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (it is made of something else: 1:web:0 → 1:web:1)',
  ],
  [
    'a final exit code, and another definition whose image is away',
    {
      desired: wanted(spec('web', { restart: final })),
      own: [container('web', A, { ...old, state: 'exited', exit: 108 })],
      images: [],
    },
    'web: pull web:1 (the image of its successor is not on the node)',
  ],
  [
    'a clean exit of a component that restarts on failure: its work is done',
    { desired: wanted(job), own: [container('job', A, { state: 'exited', exit: 143 })] },
    '',
  ],
  [
    'its work is done, and what runs is paused',
    { desired: paused(wanted(job)), own: [container('job', A, { state: 'exited', exit: 0 })] },
    '',
  ],
  [
    'a failure of a component that restarts on failure',
    { desired: wanted(job), own: [container('job', A, { state: 'exited', exit: 1 })] },
    'job: start aaaaaaaaaaaa (it ended with exit code 1)',
  ],
  [
    'its work is done: what starts after it may',
    {
      desired: wanted(job, spec('web', { after: ['job'] })),
      own: [container('job', A, { state: 'exited', exit: 0 }), container('web', B, { state: 'created' })],
    },
    'web: start bbbbbbbbbbbb (it is new)',
  ],
  [
    'its work is done, but not as it is wanted now',
    {
      desired: wanted(job, spec('web', { after: ['job'] })),
      own: [
        container('job', A, { state: 'exited', exit: 0, digest: '1:job:0' }),
        container('web', B, { state: 'created' }),
      ],
    },
    [
      'job: retire aaaaaaaaaaaa to katod-job-retired-aaaaaaaaaaaa (it is made of something else: 1:job:0 → 1:job:1)',
      'web: wait for dependency (job is not ready)',
    ].join('\n'),
  ],
  [
    'its work is done, and its predecessor is left',
    {
      desired: wanted(job),
      own: [
        container('job', A, { state: 'exited', exit: 0, digest: '1:job:0', retired: true }),
        container('job', B, { state: 'exited', exit: 0 }),
      ],
    },
    'job: remove aaaaaaaaaaaa (the work of its successor is done)',
  ],
  // Replacement.
  [
    'made of something else, new image away: the old one serves',
    { desired: wanted(web), own: [container('web', A, old)], images: [] },
    'web: pull web:1 (the image of its successor is not on the node)',
  ],
  [
    'made of something else, new image away, the old one crashed',
    { desired: wanted(web), own: [container('web', A, { ...old, state: 'exited' })], images: [] },
    'web: start aaaaaaaaaaaa (it ended with exit code 137, and its successor is not to be had yet)',
  ],
  [
    'made of something else, new image here',
    { desired: wanted(web), own: [container('web', A, old)] },
    'web: retire aaaaaaaaaaaa to katod-web-retired-aaaaaaaaaaaa (it is made of something else: 1:web:0 → 1:web:1)',
  ],
  [
    'not replaced while what it starts after is not ready',
    {
      desired: wanted(spec('db'), spec('web', { after: ['db'] })),
      own: [container('db', B), container('web', A, old)],
      health: { db: 'alive' },
    },
    'web: wait for dependency (db is not ready)',
  ],
  [
    'the successor is created before the predecessor stops',
    { desired: wanted(web), own: [container('web', A, { ...old, retired: true })] },
    'web: create katod-web (its predecessor is made of something else)',
  ],
  [
    'the predecessor stops once the successor exists',
    {
      desired: wanted(web),
      own: [container('web', A, { ...old, retired: true }), container('web', B, { state: 'created' })],
    },
    'web: stop aaaaaaaaaaaa (its successor is ready to start)',
  ],
  [
    'then the successor starts',
    {
      desired: wanted(web),
      own: [
        container('web', A, { ...old, retired: true, state: 'exited' }),
        container('web', B, { state: 'created' }),
      ],
    },
    'web: start bbbbbbbbbbbb (it is new)',
  ],
  [
    'the predecessor is kept until its successor is ready',
    {
      desired: wanted(web),
      own: [container('web', A, { ...old, retired: true, state: 'exited' }), container('web', B)],
      health: { web: 'alive' },
    },
    '',
  ],
  [
    'and then the predecessor goes',
    {
      desired: wanted(web),
      own: [container('web', B), container('web', A, { ...old, retired: true, state: 'exited' })],
      health: { web: 'ready' },
    },
    'web: remove aaaaaaaaaaaa (its successor is ready)',
  ],
  [
    'marked, and the image of its successor is gone: it comes back',
    { desired: wanted(web), own: [container('web', A, { ...old, retired: true })], images: [] },
    'web: rename aaaaaaaaaaaa to katod-web (its successor is not to be had: its image is not on the node)',
  ],
  [
    'paused by somebody while its successor is not to be had',
    { desired: wanted(web), own: [container('web', A, { ...old, state: 'paused' })], images: [] },
    'web: unpause aaaaaaaaaaaa (somebody paused it)',
  ],
  [
    'a second one that is being removed is no obstacle',
    {
      desired: wanted(web),
      own: [container('web', A), container('web', B, { name: 'twin', state: 'removing' })],
    },
    '',
  ],
  [
    'how it ended is not known yet',
    { desired: wanted(web), own: [{ ...container('web', A, { state: 'exited' }), detail: null }] },
    '',
  ],
  // Others.
  [
    "somebody else's container has the name",
    { desired: wanted(web), foreign: { [`${PREFIX}web`]: 'container katod-web (cccc, image x)' } },
    'web: blocked (the name katod-web is held by container katod-web (cccc, image x): remove or rename that one)',
  ],
  [
    'somebody else has the port',
    {
      desired: wanted(spec('web', { hostPorts: [{ port: 80, protocol: 'tcp' }] })),
      own: [container('web', A, { state: 'created' })],
      ports: { 'tcp/80': 'nginx (process 7)' },
    },
    'web: blocked (port tcp/80 is held by nginx (process 7): stop that one or move it)',
  ],
  // Not wanted.
  [
    'role none: everything is marked at once',
    { desired: wanted(), own: [container('db', A), container('web', B)] },
    [
      'db: retire aaaaaaaaaaaa to katod-db-retired-aaaaaaaaaaaa (the role of this node is none)',
      'web: retire bbbbbbbbbbbb to katod-web-retired-bbbbbbbbbbbb (the role of this node is none)',
    ].join('\n'),
  ],
  [
    'role none: what depends on others stops first',
    {
      desired: { ...wanted(), order: new Map([['web', ['db']]]) } as World['desired'],
      own: [container('db', A, { retired: true }), container('web', B, { retired: true })],
    },
    'db: wait for dependency (web stops first)\nweb: stop bbbbbbbbbbbb (the role of this node is none)',
  ],
  [
    'role none: a stopped one is removed',
    { desired: wanted(), own: [container('db', A, { retired: true, state: 'exited' })] },
    'db: remove aaaaaaaaaaaa (the role of this node is none)',
  ],
  [
    'role none: a paused one is continued so that it can stop',
    { desired: wanted(), own: [container('db', A, { retired: true, state: 'paused' })] },
    'db: unpause aaaaaaaaaaaa (the role of this node is none)',
  ],
  // Paused.
  ['paused: nothing is created', { desired: paused(wanted(web)) }, ''],
  ['paused: nothing is replaced', { desired: paused(wanted(web)), own: [container('web', A, old)] }, ''],
  ['paused: nothing is removed', { desired: paused(wanted()), own: [container('web', A)] }, ''],
  [
    'paused: what never ran waits for what it starts after',
    {
      desired: paused(wanted(web, spec('db', { after: ['web'] }))),
      own: [container('web', A, { state: 'exited' }), container('db', B, { state: 'created' })],
    },
    'db: wait for dependency (web is not ready)\nweb: start aaaaaaaaaaaa (it ended with exit code 137, and is kept as it was: the node is paused)',
  ],
  [
    'paused: what ended is started, whatever has become of what it starts after',
    {
      desired: paused(wanted(web, spec('db', { after: ['web'] }))),
      own: [container('db', B, { state: 'exited' })],
    },
    'db: start bbbbbbbbbbbb (it ended with exit code 137, and is kept as it was: the node is paused)',
  ],
  [
    'paused: what ended is started',
    { desired: paused(wanted(web)), own: [container('web', A, { state: 'exited' })] },
    'web: start aaaaaaaaaaaa (it ended with exit code 137, and is kept as it was: the node is paused)',
  ],
  ['hands off', { desired: paused(wanted(web), 'all'), own: [container('web', A, { state: 'exited' })] }, ''],
  // Not known.
  ['unknown: what runs keeps running', { desired: UNKNOWN, own: [container('web', A)] }, ''],
  [
    'unknown: what ended is started',
    { desired: UNKNOWN, own: [container('web', A, { state: 'exited' })] },
    'web: start aaaaaaaaaaaa (it ended with exit code 137, and is kept as it was: store unreachable: no answer)',
  ],
  [
    'unknown: what is marked is left',
    { desired: UNKNOWN, own: [container('web', A, { retired: true, state: 'exited' })] },
    '',
  ],
  [
    'unknown: no second one is started',
    {
      desired: UNKNOWN,
      own: [container('web', A, { retired: true }), container('web', B, { state: 'created' })],
    },
    '',
  ],
  [
    "unknown: no second one is started beside one that the engine's own policy starts again",
    {
      desired: UNKNOWN,
      own: [
        container('web', A, { name: 'twin', state: 'restarting' }),
        container('web', B, { state: 'exited' }),
      ],
    },
    '',
  ],
  [
    'a refused definition: what runs keeps running',
    {
      desired: wanted({ ok: false, name: 'web', problems: [], inForce: null }),
      own: [container('web', A, old)],
    },
    '',
  ],
  [
    'an ensemble that is not complete: what runs is kept',
    { desired: waiting('members'), own: [container('web', A, old)] },
    'web: wait for ensemble (WHY)',
  ],
  [
    'an ensemble that is not complete: what ended is started again',
    { desired: waiting('operator'), own: [container('web', A, { ...old, state: 'exited' })] },
    'web: start aaaaaaaaaaaa (it ended with exit code 137, and is kept as it was: its ensemble is not complete)',
  ],
  [
    'an ensemble that is not complete: nothing is made',
    { desired: waiting('members', null) },
    'web: wait for ensemble (WHY)',
  ],
  [
    'no member: what runs is left alone',
    { desired: waiting('number'), own: [container('web', A)], health: { web: 'failing' } },
    'web: wait for ensemble (WHY)',
  ],
  [
    'no member: what ended is not started',
    { desired: waiting('number'), own: [container('web', A, { state: 'exited' })] },
    'web: wait for ensemble (WHY)',
  ],
  [
    'the data of another member: it is not started, and its predecessor runs on',
    {
      desired: wanted(member),
      own: [container('db', A, { state: 'created' }), container('db', B, { ...old, retired: true })],
      ensembleIds: { [A]: { known: true, text: '2\n' } },
    },
    others,
  ],
  [
    'the data of another member while the node is paused: it is not started either',
    {
      desired: paused(wanted(member)),
      own: [container('db', A, { state: 'created' })],
      ensembleIds: { [A]: { known: true, text: '2\n' } },
    },
    others,
  ],
  ...STARTS.map(([what, seen, step]): readonly [string, World, string] => [
    `a member and ${what}`,
    {
      desired: wanted(member),
      own: [container('db', A, { state: 'created' })],
      ensembleIds: { [A]: seen },
    },
    `db: ${step}`,
  ]),
];

function waiting(needs: EnsembleWait['needs'], inForce: ComponentSpec | null = web) {
  return wanted({ ok: false, name: 'web', problems: [], waits: { needs, why: 'WHY' }, inForce });
}

t.test('the plan of each world', async (t) => {
  for (const [name, world, expected] of table) t.equal(planned(world), expected, name);
});

t.test('those to go are dealt with in the same order, in whatever order the engine lists', async (t) => {
  const own = [container('web', A, { retired: true }), container('web', B, { retired: true })];
  t.equal(planned({ desired: wanted(), own }), planned({ desired: wanted(), own: [...own].reverse() }));
});

t.test('the same world gives the same text, in whatever order the engine lists', async (t) => {
  const own = [
    container('web', A, { name: 'x' }),
    container('web', B, { name: 'y' }),
    container('db', 'cccccccccccc'),
  ];
  const desired = wanted(spec('db'), web);
  t.equal(planned({ desired, own }), planned({ desired, own: [...own].reverse() }));
});
