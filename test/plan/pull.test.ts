import t from 'tap';
import { type Memory, NOTHING_REMEMBERED, remember } from '../../src/plan/memory.js';
import { notice } from '../../src/plan/notice.js';
import { forgetFailures } from '../../src/plan/pull-memory.js';
import { spreadDelay } from '../../src/plan/spread.js';
import { container, planned, spec, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const B = 'bbbbbbbbbbbb';
const desired = wanted(spec('web'));
const old = container('web', A, { digest: '1:web:0' });
const pullLimits = { min: 10_000, max: 300_000, recheck: 3_600_000 };
const pull = { do: 'pull' as const, component: 'web', image: 'web:1', because: '' };

interface Trying {
  readonly from?: Memory;
  readonly retry?: 'later' | 'never';
  readonly retryAfter?: number | null;
  readonly credentials?: string;
  readonly now?: number;
}

/** The memory after a pull of web:1 failed. */
function failing({ from = NOTHING_REMEMBERED, ...how }: Trying = {}): Memory {
  const { retry = 'later', retryAfter = null, credentials = '', now = 0 } = how;
  const outcome = { action: pull, ok: false as const, message: 'no', retry, retryAfter };
  return remember(from, outcome, { desired, pullLimits, credentials, now, jitter: 1 });
}

function pulled(from: Memory = NOTHING_REMEMBERED, of = desired): Memory {
  return remember(
    from,
    { action: pull, ok: true },
    { desired: of, pullLimits, credentials: '', now: 0, jitter: 1 },
  );
}

/** The memory after a look. */
function looked(from: Memory, more: Partial<Parameters<typeof notice>[1]> = {}): Memory {
  const unprobed = { verdicts: new Map(), succeeding: new Set<string>() };
  return notice(from, { ...unprobed, desired, current: [], credentials: '', now: 0, jitter: 1, ...more });
}

const nextAt = (memory: Memory) => memory.pulls.failed.get('web:1')?.nextAt;

t.test(
  'what fails is tried again after 10 s, doubling to 5 min, and later where the registry asks',
  async (t) => {
    let memory = NOTHING_REMEMBERED;
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      memory = failing({ from: memory });
      return nextAt(memory);
    });
    t.same(waits, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    t.equal(nextAt(failing({ retryAfter: 77_000 })), 77_000);
    t.equal(nextAt(failing({ retryAfter: 5_000 })), 10_000);
    t.equal(planned({ desired, memory, images: [], now: 299_999 }), 'web: wait for pull (no)');
    t.match(planned({ desired, memory, images: [], now: 300_000 }), /^web: pull web:1/);
    t.equal(pulled(memory).pulls.failed.size, 0, 'forgotten with a success');
  },
);

t.test('what is refused is not tried again for an hour, unless something changed', async (t) => {
  const refused = looked(failing({ from: looked(NOTHING_REMEMBERED), retry: 'never', credentials: 'one' }), {
    credentials: 'one',
  });
  t.equal(nextAt(refused), 3_600_000);
  t.match(
    planned({ desired, memory: refused, images: [], now: 3_599_999 }),
    /^web: wait for pull \(no \(tried again when its definition or the credentials change, or on POST/,
  );
  t.match(planned({ desired, memory: refused, images: [], now: 3_600_000 }), /^web: pull/);
  const again = /^web: pull web:1/;
  const memory = looked(refused, { credentials: 'two' });
  t.match(planned({ desired, memory, images: [] }), again, 'the credentials');
  const changed = wanted(spec('web', { digest: '1:other' }));
  t.match(
    planned({
      desired: changed,
      memory: looked(refused, { desired: changed, credentials: 'one' }),
      images: [],
    }),
    again,
    'the definition, with the same image',
  );
  const asked = { ...refused, pulls: forgetFailures(refused.pulls) };
  t.match(planned({ desired, memory: asked, images: [] }), again, 'an operator asked');
  const other = wanted(spec('web', { image: 'web:2' }));
  t.equal(looked(refused, { desired: other }).pulls.failed.size, 0, 'forgotten with its image');
});

t.test('credentials are no remedy for a registry that is away', async (t) => {
  const from = looked(NOTHING_REMEMBERED);
  t.equal(nextAt(looked(failing({ from, credentials: 'one' }), { credentials: 'two' })), 10_000);
});

t.test('credentials that change while a pull is under way count', async (t) => {
  const begun = looked(NOTHING_REMEMBERED, { credentials: 'one' });
  const meanwhile = looked(begun, { credentials: 'two' });
  const refused = failing({ from: meanwhile, retry: 'never', credentials: 'one' });
  t.equal(nextAt(looked(refused, { credentials: 'two' })), undefined);
});

t.test('two that need one image: pulled once; a third image waits for a free place', async (t) => {
  const four = wanted(
    spec('a', { image: 'x:1' }),
    spec('b', { image: 'x:1' }),
    spec('c', { image: 'y:1' }),
    spec('d', { image: 'z:1' }),
  );
  t.same(planned({ desired: four, images: [] }).split('\n'), [
    'a: pull x:1 (its image is not on the node)',
    'b: wait for pull (its image is not on the node)',
    'c: pull y:1 (its image is not on the node)',
    'd: wait for pull (2 other pulls are under way)',
  ]);
});

t.test('pull: always asks anew before each new container, and never for one that is as wanted', async (t) => {
  const always = wanted(spec('web', { pull: 'always' }));
  const asks = 'web: pull web:1 (it has pull: always, and a container is to be created)';
  t.equal(planned({ desired: always }), asks, 'though the image is there');
  const memory = looked(pulled(looked(NOTHING_REMEMBERED, { desired: always }), always), { desired: always });
  t.equal(planned({ desired: always, memory }), 'web: create katod-web (it has no container)');
  t.equal(
    planned({ desired: always, images: [], memory }).split(' (')[0],
    'web: pull web:1',
    'pruned meanwhile',
  );
  const own = [container('web', A)];
  t.equal(planned({ desired: always, own, memory: NOTHING_REMEMBERED }), '', 'settled');
  const exited = [container('web', A, { state: 'exited', exit: 1 })];
  t.match(planned({ desired: always, own: exited }), /^web: start/, 'a start is no new container');
  const there = looked(memory, { desired: always, current: own });
  t.equal(planned({ desired: always, memory: looked(there, { desired: always }) }), asks, 'removed by hand');
});

t.test(
  'pull: always, and the registry does not answer: what serves waits, what is down comes up',
  async (t) => {
    const always = wanted(spec('web', { pull: 'always' }));
    const silent = failing({ from: looked(NOTHING_REMEMBERED, { desired: always }) });
    t.equal(planned({ desired: always, memory: silent, own: [old] }), 'web: wait for pull (no)');
    t.equal(planned({ desired: always, memory: silent }), 'web: create katod-web (it has no container)');
    const created = looked(silent, { desired: always, current: [container('web', A)] });
    const removed = looked(created, { desired: always });
    t.match(planned({ desired: always, memory: removed }), /^web: pull/, 'the next container asks again');
    const refused = failing({ from: looked(NOTHING_REMEMBERED, { desired: always }), retry: 'never' });
    t.match(planned({ desired: always, memory: refused }), /^web: wait for pull/, "the registry's no counts");
  },
);

t.test('pull: always of two components with one image: one pull serves both', async (t) => {
  const both = wanted(
    spec('web', { image: 'web:1', pull: 'always', digest: '1:a' }),
    spec('worker', { image: 'web:1', pull: 'always', digest: '1:b' }),
  );
  const from = looked(NOTHING_REMEMBERED, { desired: both });
  const memory = looked(pulled(from, both), { desired: both });
  t.same(
    planned({ desired: both, memory })
      .split('\n')
      .map((line) => line.split(' (')[0]),
    ['web: create katod-web', 'worker: create katod-worker'],
  );
});

t.test('nodes that replace what works pull one after the other; nothing that is down waits', async (t) => {
  const pullSpread = { node: 'web-1', over: 10_000 };
  const turn = 1_000 + spreadDelay('web:1', pullSpread);
  t.ok(turn > 1_000 && turn < 11_000);
  const memory = looked(NOTHING_REMEMBERED, { now: 1_000 });
  const world = { desired, memory, images: [], pullSpread };
  t.match(planned({ ...world, own: [old], now: turn - 1 }), /^web: wait \(the nodes pull web:1 one/);
  t.match(planned({ ...world, own: [old], now: turn }), /^web: pull web:1/);
  t.match(planned({ ...world, now: 1_000 }), /^web: pull web:1/, 'there is none yet');
  const down = container('web', A, { digest: '1:web:0', state: 'exited', exit: 1 });
  t.match(planned({ ...world, own: [down], now: 1_000 }), /^web: start/, 'the older one first comes up');
  const retired = container('web', B, { digest: '1:web:0', retired: true, state: 'exited' });
  t.notMatch(planned({ ...world, own: [retired], now: 1_000 }), /one after the other/);
  const again = failing({ from: memory });
  t.match(
    planned({ ...world, memory: again, own: [old], now: 10_000 }),
    /^web: pull web:1/,
    'after a failure',
  );
});

t.test('the nodes are spread evenly, each always the same', async (t) => {
  const over = 1_000;
  const delays = Array.from({ length: 1_000 }, (_, index) =>
    spreadDelay('web:1', { node: `web-${index}`, over }),
  );
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => delays.filter((it) => Math.floor(it / 100) === tenth).length,
  );
  t.equal(
    tenths.reduce((sum, count) => sum + count),
    1_000,
    'all within the time',
  );
  t.ok(
    tenths.every((count) => count > 50 && count < 200),
    tenths.join(' '),
  );
  t.equal(spreadDelay('web:1', { node: 'web-7', over }), delays[7]);
  t.equal(spreadDelay('web:1', { node: 'web-7', over: 0 }), 0);
});
