import t from 'tap';
import type { ComponentSpec, LiveFile } from '../../src/desired/desired.js';
import { forgetRefusals } from '../../src/plan/file-memory.js';
import type { Memory, Outcome } from '../../src/plan/memory.js';
import { NOTHING_REMEMBERED, remember } from '../../src/plan/memory.js';
import { notice } from '../../src/plan/notice.js';
import { container, paused, planned, spec, type World, wanted } from './world.js';

const A = 'aaaaaaaaaaaa';
const B = 'bbbbbbbbbbbb';
const check = ['web', '-c', '/etc/web/web.conf'];
const HUP = { signal: 'SIGHUP' };
const remedy = 'what is in place stays; mend them, or ask again with POST /v1/reconcile';

/** A component with files that change under it, by target, content and what makes it take up a change. */
function withFiles(
  files: readonly (readonly [string, string, LiveFile['onChange']])[],
  more: Partial<ComponentSpec> & { readonly validate?: readonly (readonly string[])[] } = {},
): ComponentSpec {
  const { validate = [], ...rest } = more;
  const live = files.map(([target, content, onChange]) => ({ target, content, digest: content, onChange }));
  const digest = JSON.stringify([rest.digest ?? '', files, validate]);
  return spec('web', { files: { live, validate, digest }, ...rest });
}

const one = withFiles([['/etc/web/web.conf', 'new', HUP]]);
const checked = withFiles([['/etc/web/web.conf', 'new', HUP]], { validate: [check] });
const old = { '/etc/web/web.conf': 'old' };
const taken = { '/etc/web/web.conf': 'new' };
const running = { own: [container('web', A)], health: { web: 'ready' } as const };

const unprobed = { verdicts: new Map(), succeeding: new Set<string>() };
const at = { ...unprobed, pullLimits: { min: 1, max: 1, recheck: 1 }, credentials: '', jitter: 0 };
/** It has been wanted for longer than changes are gathered. */
function remembered(of: ComponentSpec, ...outcomes: readonly Outcome[]): Memory {
  const desired = wanted(of);
  const before = notice(NOTHING_REMEMBERED, { ...at, desired, current: [], now: -2_000 });
  return outcomes.reduce(
    (memory, outcome) => remember(memory, outcome, { ...at, desired, now: -500 }),
    before,
  );
}

const checking = (of: ComponentSpec) => ({ do: 'check' as const, component: 'web', spec: of, because: '' });
const accepted = (of: ComponentSpec): Outcome => ({ action: checking(of), ok: true });
const refused = (of: ComponentSpec): Outcome => ({
  action: checking(of),
  ok: false,
  message: 'web ended with exit code 1: line 7 is bad',
  retry: 'never',
  retryAfter: null,
});
const isRefused = `web: refused (its files are refused: web ended with exit code 1: line 7 is bad: ${remedy})`;
const failed = (of: ComponentSpec, action: 'check' | 'reload'): Outcome => ({
  action:
    action === 'check'
      ? checking(of)
      : { do: 'reload', component: 'web', id: A.padEnd(64, '0'), spec: of, by: ['SIGHUP'], because: '' },
  ok: false,
  message: 'no answer',
  retry: 'later',
  retryAfter: null,
});

const table: readonly (readonly [string, World, string])[] = [
  ['taken up already', { desired: wanted(one), ...running, files: { web: taken } }, ''],
  [
    'a change, just seen',
    { desired: wanted(one), ...running, files: { web: old }, memory: remembered(one), now: -1_500 },
    'web: wait (its files have changed; changes within a second are one)',
  ],
  [
    'a change that has been wanted for a second',
    { desired: wanted(one), ...running, files: { web: old }, memory: remembered(one) },
    'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)',
  ],
  [
    'nothing was ever put there',
    { desired: wanted(one), ...running, files: { web: null }, memory: remembered(one) },
    'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)',
  ],
  [
    'what it has taken up can not be read',
    { desired: wanted(one), ...running, memory: remembered(one) },
    'web: wait (it can not be read which files it has taken up)',
  ],
  [
    'it is still starting',
    { desired: wanted(one), ...running, health: {}, files: { web: old }, memory: remembered(one) },
    'web: wait (its files have changed, and it is still starting)',
  ],
  [
    'without probes, time tells',
    {
      desired: wanted(one),
      ...running,
      health: { web: 'alive' },
      files: { web: old },
      memory: remembered(one),
    },
    'web: wait (its files have changed, and it is still starting)',
  ],
  ['paused', { desired: paused(wanted(one)), ...running, files: { web: old }, memory: remembered(one) }, ''],
  // Checks.
  [
    'checked before it is put in place',
    { desired: wanted(checked), ...running, files: { web: old }, memory: remembered(checked) },
    'web: check its files (its files are checked before they are put in place)',
  ],
  [
    'the image to check with is gone',
    { desired: wanted(checked), ...running, files: { web: old }, memory: remembered(checked), images: [] },
    'web: pull web:1 (its files are to be checked with its image)',
  ],
  [
    'accepted',
    {
      desired: wanted(checked),
      ...running,
      files: { web: old },
      memory: remembered(checked, accepted(checked)),
    },
    'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)',
  ],
  [
    'refused: not tried again',
    {
      desired: wanted(checked),
      ...running,
      files: { web: old },
      memory: remembered(checked, refused(checked)),
      now: 1e9,
    },
    isRefused,
  ],
  [
    'refused, and somebody asks',
    {
      desired: wanted(checked),
      ...running,
      files: { web: old },
      memory: forgetRefusals(remembered(checked, refused(checked))),
    },
    'web: check its files (its files are checked before they are put in place)',
  ],
  [
    'accepted were other files',
    { desired: wanted(checked), ...running, files: { web: old }, memory: remembered(checked, accepted(one)) },
    'web: check its files (its files are checked before they are put in place)',
  ],
  [
    'the check could not be made: tried again',
    {
      desired: wanted(checked),
      ...running,
      files: { web: old },
      memory: remembered(checked, failed(checked, 'check')),
    },
    'web: wait for backoff (check failed once: no answer)',
  ],
  [
    'a check before the first container',
    { desired: wanted(checked), files: { web: null } },
    'web: check its files (its files are checked before they are put in place)',
  ],
  [
    'refused, and there is nothing that was good',
    { desired: wanted(checked), files: { web: null }, memory: remembered(checked, refused(checked)) },
    isRefused,
  ],
  [
    'refused, somebody has removed the container, and what was last good is there',
    { desired: wanted(checked), files: { web: old }, memory: remembered(checked, refused(checked)) },
    'web: create katod-web (it has no container)',
  ],
  [
    'refused: what is made of something else serves on',
    {
      desired: wanted(checked),
      own: [container('web', A, { digest: '1:web:0' })],
      files: { web: null },
      memory: remembered(checked, refused(checked)),
    },
    isRefused,
  ],
  [
    'refused: what is made of something else and has crashed is started',
    {
      desired: wanted(checked),
      own: [container('web', A, { digest: '1:web:0', state: 'exited' })],
      files: { web: null },
      memory: remembered(checked, refused(checked)),
    },
    'web: start aaaaaaaaaaaa (it ended with exit code 137, and its successor is not to be had yet)',
  ],
  [
    'marked to go, and its successor is refused: it comes back',
    {
      desired: wanted(checked),
      own: [container('web', A, { digest: '1:web:0', retired: true })],
      files: { web: null },
      memory: remembered(checked, refused(checked)),
    },
    `web: rename aaaaaaaaaaaa to katod-web (its successor is not to be had: its files are refused: web ended with exit code 1: line 7 is bad: ${remedy})`,
  ],
  [
    'marked to go by an agent that has died: checked anew',
    {
      desired: wanted(checked),
      own: [container('web', A, { digest: '1:web:0', retired: true })],
      files: { web: null },
    },
    'web: check its files (its files are checked before they are put in place)',
  ],
  // Starts.
  [
    'crashed with what it has taken up',
    { desired: wanted(checked), own: [container('web', A, { state: 'exited' })], files: { web: taken } },
    'web: start aaaaaaaaaaaa (it ended with exit code 137)',
  ],
  [
    'crashed, and other files are wanted: they are checked first',
    { desired: wanted(checked), own: [container('web', A, { state: 'exited' })], files: { web: old } },
    'web: check its files (its files are checked before they are put in place)',
  ],
  [
    'crashed, and others are refused: it starts with what it had',
    {
      desired: wanted(checked),
      own: [container('web', A, { state: 'exited' })],
      files: { web: old },
      memory: remembered(checked, refused(checked)),
    },
    'web: start aaaaaaaaaaaa (it ended with exit code 137)',
  ],
  // Reloads.
  [
    'a reload that failed is tried again, after a while',
    { desired: wanted(one), ...running, files: { web: old }, memory: remembered(one, failed(one, 'reload')) },
    'web: wait for backoff (reload failed once: no answer)',
  ],
  [
    'and again',
    {
      desired: wanted(one),
      ...running,
      files: { web: old },
      memory: remembered(one, failed(one, 'reload')),
      now: 500,
    },
    'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)',
  ],
  [
    'a live probe fails, and a change may mend it',
    {
      desired: wanted(one),
      ...running,
      health: { web: 'failing' },
      files: { web: old },
      memory: remembered(one),
    },
    'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)',
  ],
  [
    'a live probe fails, and a change is refused',
    {
      desired: wanted(checked),
      ...running,
      health: { web: 'failing' },
      files: { web: old },
      memory: remembered(checked, refused(checked)),
    },
    'web: restart aaaaaaaaaaaa (its live probe fails: connection refused)',
  ],
  // Left of checks.
  [
    'left of a check, still running',
    {
      desired: wanted(one),
      ...running,
      files: { web: taken },
      checks: [container('web', B, { name: 'katod-web-check-1' })],
    },
    'web: stop bbbbbbbbbbbb (it is left of a check that was cut off)',
  ],
  [
    'left of a check, of a component that is not wanted any more',
    { desired: wanted(), checks: [container('web', B, { name: 'katod-web-check-1', state: 'exited' })] },
    'web: remove bbbbbbbbbbbb (it is left of a check that was cut off)',
  ],
];

t.test('the plan of each world with files', async (t) => {
  for (const [name, world, expected] of table) t.equal(planned(world), expected, name);
});

t.test('the strongest of what the changed files need', async (t) => {
  const by = (...files: readonly (readonly [string, string, LiveFile['onChange']])[]) => {
    const of = withFiles(files);
    const before = Object.fromEntries(files.map(([target]) => [target, 'old']));
    return planned({ desired: wanted(of), ...running, files: { web: before }, memory: remembered(of) });
  };
  t.match(by(['/a/1', 'x', 'none']), /reload a{12} \(\/a\/1 changed\)$/);
  t.match(by(['/a/1', 'x', HUP], ['/a/2', 'x', HUP]), /reload a{12} with SIGHUP \(\/a\/1, \/a\/2 changed/);
  t.match(by(['/a/1', 'x', { signal: 'SIGUSR1' }], ['/a/2', 'x', HUP]), / with SIGUSR1 and SIGHUP /);
  t.match(by(['/a/1', 'x', HUP], ['/a/2', 'x', 'restart']), / by a restart /);
  t.match(
    by(['/a/1', 'old', 'restart'], ['/a/2', 'x', HUP]),
    / with SIGHUP \(\/a\/2 changed\)/,
    'of the changed ones',
  );
});

t.test('a restart for files takes down what works, and asks like all else; a signal does not', async (t) => {
  const changing = (onChange: LiveFile['onChange']) => {
    const of = withFiles([['/etc/web/web.conf', 'new', onChange]]);
    const coordination = { kind: 'away' as const, why: 'etcd does not answer' };
    const world = { desired: wanted(of), ...running, files: { web: old } };
    return planned({ ...world, memory: remembered(of), coordination });
  };
  t.equal(
    changing('restart'),
    'web: wait for slot (nothing that works is taken down meanwhile: etcd does not answer)',
  );
  t.match(changing(HUP), /^web: reload a{12} with SIGHUP/);
});

t.test('a file that is wanted no more is told like all the others', async (t) => {
  const files = { web: { ...taken, '/etc/web/gone.conf': 'x' } };
  const world = { desired: wanted(one), ...running, files, memory: remembered(one) };
  t.equal(planned(world), 'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)');
});

t.test(
  'changes within a second of the first are one, and a later one waits for its own second',
  async (t) => {
    const since = (times: readonly number[]) =>
      times
        .reduce((memory, now, index) => {
          const desired = wanted(withFiles([['/a/1', String(index), HUP]]));
          return notice(memory, { ...at, desired, current: [], now });
        }, NOTHING_REMEMBERED)
        .components.get('web')?.files.since;
    t.equal(since([0]), 0);
    t.equal(since([0, 300, 999]), 0);
    t.equal(since([0, 300, 1_000]), 1_000);
    t.equal(since([0, 5_000, 5_500]), 5_000);
  },
);

t.test('other files are tried at once, whatever became of those before', async (t) => {
  const next = withFiles([['/etc/web/web.conf', 'newer', HUP]]);
  const before = remembered(one, failed(one, 'reload'));
  const memory = notice(before, { ...at, desired: wanted(next), current: [], now: -1_000 });
  const world = { desired: wanted(next), ...running, files: { web: old }, memory };
  t.equal(planned(world), 'web: reload aaaaaaaaaaaa with SIGHUP (/etc/web/web.conf changed)');
});
