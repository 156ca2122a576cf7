import t from 'tap';
import { buildReport } from '../../src/report/build.js';
import { actionBegun, actionEnded, containerEnded, type Happening } from '../../src/report/event.js';
import { type AgentEvent, EventRing } from '../../src/report/event-ring.js';
import type { ReportInput } from '../../src/report/input.js';
import { newsOf } from '../../src/report/news.js';
import { container, paused, spec, type World, wanted } from '../plan/world.js';
import { reportInput } from './input.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const ring = (size = 200) => new EventRing({ date: () => new Date(START), mask: (text) => text, size });
const happening = (message: string): Happening => ({ kind: 'agent', message });
const messages = (events: readonly AgentEvent[]) => events.map(({ message }) => message).join(' ');

t.test('the last events are kept, newest last, numbered from the start of the agent', async (t) => {
  const events = ring(3);
  for (const message of ['a', 'b', 'c', 'd', 'e']) events.add(happening(message));
  t.equal(messages(events.after(null)), 'c d e');
  t.same(events.after(null)[0], {
    kind: 'agent',
    message: 'c',
    id: START + 2,
    time: '2026-01-01T00:00:00.000Z',
  });
  t.equal(messages(events.after(START + 3)), 'e');
  t.equal(messages(events.after(START + 4)), '', 'nothing missed');
  t.equal(messages(events.after(START)), 'c d e', 'what is no longer there is not made up');
  t.equal(messages(events.after(7)), 'c d e', 'of an earlier agent');
  t.equal(messages(events.after(START + 1e9)), 'c d e', 'of no event that there can be');
});

t.test('who follows is told each one, until he does not', async (t) => {
  const events = ring();
  const told: string[] = [];
  const unfollow = events.follow(({ message }) => void told.push(message));
  events.follow(() => {});
  events.add(happening('a'));
  t.equal(events.followers(), 2);
  unfollow();
  unfollow();
  events.add(happening('b'));
  t.same(told, ['a']);
  t.equal(events.followers(), 1);
});

t.test('no secret is in an event, and each kind is counted', async (t) => {
  const kinds: string[] = [];
  const events = new EventRing({
    date: () => new Date(START),
    mask: (text) => text.replaceAll('hunter2', '***'),
    told: (kind) => void kinds.push(kind),
  });
  events.add({ kind: 'outcome', component: 'web', problem: 'exec: "hunter2"', message: 'failed: hunter2' });
  t.match(events.after(null), [{ component: 'web', problem: 'exec: "***"', message: 'failed: ***' }]);
  t.same(kinds, ['outcome']);
});

t.test('actions and exits in words', async (t) => {
  const start = {
    do: 'start',
    component: 'web',
    id: 'a'.repeat(64),
    spec: null,
    because: 'it is new',
  } as const;
  t.same(actionBegun(start), {
    kind: 'action',
    component: 'web',
    do: 'start',
    container: 'aaaaaaaaaaaa',
    because: 'it is new',
    message: 'start aaaaaaaaaaaa: it is new',
  });
  const create = {
    do: 'create',
    component: 'web',
    spec: spec('web'),
    name: 'katod-web',
    because: 'why',
  } as const;
  t.match(actionEnded(create, 'failed', 'no space left'), {
    kind: 'outcome',
    image: 'web:1',
    outcome: 'failed',
    problem: 'no space left',
    message: 'create katod-web failed: no space left',
  });
  t.notOk('spec' in actionEnded(create, 'done', null), 'what a component is given is not told');
  t.match(containerEnded('web', { code: 137, at: '2026-01-01T00:00:00Z', oomKilled: true }), {
    kind: 'exit',
    component: 'web',
    code: 137,
    message: 'ended with exit code 137, out of memory',
  });
});

t.test('what changes between two reports is an event each', async (t) => {
  const running: World = { desired: wanted(spec('web')), own: [container('web', 'a')] };
  const well: World = { ...running, health: { web: 'ready' } };
  const report = (world: World, more: Partial<ReportInput> = {}) =>
    buildReport(reportInput(world, more), null);
  const told = (before: ReturnType<typeof report>, now: ReturnType<typeof report>) =>
    newsOf(before, now).map(({ event }) => `${event.kind} ${event.component ?? '-'}: ${event.message}`);
  const store = { kind: 'etcd', unreadable: null, hold: null } as const;
  const lost = { reachable: false, version: { version: '1', api: '1' }, problem: 'gone' };

  t.same(
    newsOf(null, report(well)).map(({ event }) => `${event.kind}: ${event.message}`),
    ['engine: Docker 20.10.24 answers, API 1.41', 'role: web, of stack core', 'health: ready'],
  );
  t.same(told(report(well), report(well)), []);
  t.same(told(report(well), report(well, { engine: lost })), [
    'engine -: lost: gone',
    'status -: degraded: engine unreachable: gone',
  ]);
  const unreadable = report(well, { store: { ...store, unreadable: 'etcd is away' } });
  t.same(told(report(well), unreadable), ['store -: etcd is away', 'status -: degraded: etcd is away']);
  t.same(told(unreadable, report(well)), ['store -: readable again', 'status -: healthy']);
  const held = report(well, { store: { ...store, hold: 'it is empty' } });
  t.same(told(report(well), held), ['hold -: it is empty', 'status -: degraded: hold: it is empty']);
  t.same(told(held, report(well))[0], 'hold -: ended, the store is followed again');
  t.same(told(report(well), report({ ...well, desired: paused(wanted(spec('web'))) }))[0], 'pause -: paused');
  const failing = report({ ...running, health: { web: 'failing' } });
  t.match(told(report(well), failing)[0], /^health web: its live probe fails: /);
  t.same(told(failing, failing), []);
  const refused = wanted({
    ok: false,
    name: 'web',
    problems: [{ place: 'web.yaml:1', message: 'no image' }],
    inForce: null,
  });
  t.same(
    told(report(well), report({ ...well, desired: refused }))[0],
    'state web: its definition is refused: web.yaml:1: no image',
  );
});
