import t from 'tap';
import { restartDelay, retryDelay } from '../../src/plan/backoff.js';
import { type Memory, memoryOf, NOTHING_REMEMBERED, remember } from '../../src/plan/memory.js';
import { forgiveCrashes, notice } from '../../src/plan/notice.js';
import { type ContainerWords, container, planned, spec, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const desired = wanted(spec('web'));
const limits = { min: 1_000, max: 60_000 };
const unprobed = { verdicts: new Map(), succeeding: new Set<string>(), credentials: '' };
const pullLimits = { ...limits, recheck: 3_600_000 };

/** The memory after the container of `web` was seen as exited at these times. */
function afterExits(
  exits: readonly { at: number; words?: ContainerWords }[],
  from: Memory = NOTHING_REMEMBERED,
): Memory {
  return exits.reduce((memory, { at, words }, index) => {
    const second = String(index).padStart(2, '0');
    const ran = { from: `2026-01-01T00:${second}:00Z`, to: `2026-01-01T00:${second}:01Z` };
    const own = [container('web', A, { state: 'exited', ran, ...words })];
    return notice(memory, { ...unprobed, desired, current: own, now: at, jitter: 1 });
  }, from);
}

t.test('waits double up to the longest, and jitter takes a quarter at most', async (t) => {
  const waits = [1, 2, 3, 7, 8, 100].map((failures) => retryDelay(failures, limits, 1));
  t.same(waits, [1_000, 2_000, 4_000, 60_000, 60_000, 60_000]);
  t.equal(retryDelay(1, limits, 0), 750);
  t.same(
    [1, 2, 3].map((crashes) => restartDelay(crashes, limits, 1)),
    [0, 1_000, 2_000],
  );
});

t.test('the first restart is at once, the next ones wait and say until when', async (t) => {
  const exited = { desired, own: [container('web', A, { state: 'exited', exit: 1 })], now: 500 };
  const once = afterExits([{ at: 100, words: { exit: 1 } }]);
  t.equal(planned({ ...exited, memory: once }), 'web: start aaaaaaaaaaaa (it ended with exit code 1)');
  const twice = afterExits([{ at: 100 }, { at: 200, words: { exit: 1 } }]);
  t.equal(memoryOf(twice, 'web').startAt, 1_200);
  t.equal(
    planned({ ...exited, memory: twice }),
    'web: wait for backoff (it ended or was restarted 2 times in a row, the last time with exit code 1)',
  );
  t.equal(
    planned({ ...exited, memory: twice, now: 1_200 }),
    'web: start aaaaaaaaaaaa (it ended with exit code 1)',
  );
});

t.test('a fresh container starts the count afresh', async (t) => {
  const crashed = afterExits([{ at: 0 }, { at: 0 }, { at: 0 }]);
  t.match(memoryOf(crashed, 'web'), { crashes: 3, startAt: 2_000 });
  const create = {
    do: 'create',
    component: 'web',
    spec: spec('web'),
    name: 'katod-web',
    because: '',
  } as const;
  const at = { desired, pullLimits, credentials: '', now: 1, jitter: 1 };
  const after = remember(crashed, { action: create, ok: true }, at);
  t.match(memoryOf(after, 'web'), { crashes: 0, startAt: 0 });
});

t.test('an exit that is seen again counts once', async (t) => {
  const own = [container('web', A, { state: 'exited' })];
  const seen = { ...unprobed, desired, current: own, now: 0, jitter: 0 };
  t.equal(memoryOf(notice(notice(NOTHING_REMEMBERED, seen), seen), 'web').crashes, 1);
});

t.test('a long good run before an exit makes it the first of its row', async (t) => {
  const long = { from: '2026-01-01T01:00:00Z', to: '2026-01-01T01:10:00Z' };
  const memory = afterExits([{ at: 0 }, { at: 0 }, { at: 0 }, { at: 5, words: { ran: long } }]);
  t.match(memoryOf(memory, 'web'), { crashes: 1, startAt: 5 });
});

t.test('a clock that was set back between start and end does no harm', async (t) => {
  const backwards = { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' };
  t.equal(memoryOf(afterExits([{ at: 0 }, { at: 0, words: { ran: backwards } }]), 'web').crashes, 2);
});

t.test('a new definition is tried at once', async (t) => {
  const crashed = afterExits([{ at: 0 }, { at: 0 }, { at: 0 }]);
  const changed = wanted(spec('web', { image: 'web:2' }));
  const memory = notice(crashed, { ...unprobed, desired: changed, current: [], now: 1, jitter: 1 });
  t.match(memoryOf(memory, 'web'), { crashes: 0, startAt: 0, digest: '1:web:2' });
});

t.test('what ended while the engine was away did not crash', async (t) => {
  t.match(memoryOf(forgiveCrashes(afterExits([{ at: 0 }, { at: 0 }])), 'web'), { crashes: 0, startAt: 0 });
});

t.test('an action that failed waits, others do not', async (t) => {
  const action = {
    do: 'create' as const,
    component: 'web',
    spec: spec('web'),
    name: 'katod-web',
    because: '',
  };
  const at = { desired, pullLimits, credentials: '', now: 0, jitter: 1 };
  const failed = {
    action,
    ok: false as const,
    message: 'no such device',
    retry: 'later' as const,
    retryAfter: null,
  };
  const first = remember(NOTHING_REMEMBERED, failed, at);
  t.equal(
    planned({ desired, memory: first, now: 999 }),
    'web: wait for backoff (create failed: no such device)',
  );
  t.equal(planned({ desired, memory: first, now: 1_000 }), 'web: create katod-web (it has no container)');
  const mended = remember(first, { action, ok: true }, at);
  t.same(memoryOf(mended, 'web').failed, {});
});

t.test('while a successor cannot be created its predecessor comes back', async (t) => {
  const action = {
    do: 'create' as const,
    component: 'web',
    spec: spec('web'),
    name: 'katod-web',
    because: '',
  };
  const at = { desired, pullLimits, credentials: '', now: 0, jitter: 1 };
  const failed = {
    action,
    ok: false as const,
    message: 'no such path /x',
    retry: 'never' as const,
    retryAfter: null,
  };
  const memory = remember(NOTHING_REMEMBERED, failed, at);
  const old = { digest: '1:web:0' };
  t.equal(
    planned({ desired, memory, own: [container('web', A, { ...old, retired: true })] }),
    'web: rename aaaaaaaaaaaa to katod-web (its successor is not to be had: create failed: no such path /x)',
  );
  t.equal(
    planned({ desired, memory, own: [container('web', A, old)] }),
    'web: wait for backoff (create failed: no such path /x)',
  );
  t.equal(
    planned({ desired, memory, own: [container('web', A, { ...old, state: 'exited', exit: 1 })] }),
    'web: start aaaaaaaaaaaa (it ended with exit code 1, and its successor is not to be had yet)',
  );
});

t.test('two verbs that fail in turn hide nothing of each other', async (t) => {
  const at = { desired, pullLimits, credentials: '', now: 0, jitter: 1 };
  const failure = { ok: false as const, message: 'no', retry: 'later' as const, retryAfter: null };
  const create = {
    do: 'create' as const,
    component: 'web',
    spec: spec('web'),
    name: 'katod-web',
    because: '',
  };
  const start = { do: 'start' as const, component: 'web', id: A, spec: null, because: '' };
  const twice = [create, start, create, start].reduce(
    (memory, action) => remember(memory, { action, ...failure }, at),
    NOTHING_REMEMBERED,
  );
  t.match(memoryOf(twice, 'web').failed, { create: { failures: 2, nextAt: 2_000 }, start: { failures: 2 } });
});

t.test('what may be tried again at once is so once', async (t) => {
  const at = { desired, pullLimits, credentials: '', now: 0, jitter: 1 };
  const action = { do: 'start' as const, component: 'web', id: A, spec: null, because: '' };
  const gone = { action, ok: false as const, message: 'gone', retry: 'now' as const, retryAfter: null };
  const once = remember(NOTHING_REMEMBERED, gone, at);
  t.match(memoryOf(once, 'web').failed, { start: { nextAt: 0 } });
  t.match(memoryOf(remember(once, gone, at), 'web').failed, { start: { nextAt: 1_000 } });
});

t.test('live probes that fail a long time apart are no row', async (t) => {
  const action = { do: 'restart' as const, component: 'web', id: A, timeout: null, because: '' };
  const at = { desired, pullLimits, credentials: '', jitter: 1 };
  const once = remember(NOTHING_REMEMBERED, { action, ok: true }, { ...at, now: 0 });
  t.equal(memoryOf(remember(once, { action, ok: true }, { ...at, now: 1_000 }), 'web').crashes, 2);
  t.equal(memoryOf(remember(once, { action, ok: true }, { ...at, now: 600_000 }), 'web').crashes, 1);
});

t.test('a start that keeps failing ends in a fresh container', async (t) => {
  const own = [container('web', A, { state: 'created' })];
  const action = { do: 'start' as const, component: 'web', id: own[0]?.id ?? '', spec: null, because: '' };
  const at = { desired, pullLimits, credentials: '', now: 0, jitter: 0 };
  const failed = {
    action,
    ok: false as const,
    message: 'network gone',
    retry: 'later' as const,
    retryAfter: null,
  };
  const memory = [1, 2, 3].reduce((before) => remember(before, failed, at), NOTHING_REMEMBERED);
  t.equal(
    planned({ desired, memory, own, now: 4_000 }),
    'web: remove aaaaaaaaaaaa (start failed 3 times, a fresh container may help: network gone)',
  );
  const fresh = [container('web', 'bbbbbbbbbbbb', { state: 'created' })];
  t.equal(
    planned({ desired, memory, own: fresh, now: 4_000 }),
    'web: start bbbbbbbbbbbb (it is new)',
    'which is started',
  );
});
