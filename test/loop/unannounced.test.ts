import t from 'tap';
import { Unannounced } from '../../src/loop/unannounced.js';
import { container } from '../plan/world.js';

const A = 'a'.padEnd(64, '0');
const running = [container('web', 'a')];
const exited = [container('web', 'a', { state: 'exited' })];
const nobody = new Set<string>();

/** Has looked once, at time 0. */
function looking(first = running) {
  const found = new Unannounced();
  const look = (own: typeof running, began: number, busy: ReadonlySet<string> = nobody) =>
    found.looked(own, { began, busy });
  look(first, 0);
  return { found, look };
}

t.test('what is there at the first look has been found by nobody', async (t) => {
  t.equal(looking().found.count(60_000), 0);
});

t.test('a change without an event counts, once, when none has come for a second', async (t) => {
  const { found, look } = looking();
  look(exited, 30_000);
  t.equal(found.count(30_500), 0);
  t.equal(found.count(31_000), 1);
  look(exited, 60_000);
  t.equal(found.count(120_000), 1);
  look([], 120_000);
  t.equal(found.count(121_000), 2, 'gone');
  look([container('web', 'b')], 150_000);
  t.equal(found.count(160_000), 3, 'new');
});

t.test('an event before the list, or soon after it, announces', async (t) => {
  const before = looking();
  before.found.event({ id: A, action: 'die' }, 29_990);
  before.look(running, 29_991);
  before.look(exited, 30_240);
  t.equal(before.found.count(60_000), 0, 'the list lagged behind the event');

  const after = looking();
  after.look(exited, 30_000);
  after.found.event({ id: A, action: 'die' }, 30_020);
  t.equal(after.found.count(60_000), 0);
});

t.test('an event of something else does not', async (t) => {
  const { found, look } = looking();
  found.event({ id: A, action: 'exec_start' }, 29_990);
  found.event({ id: A, action: 'start' }, 29_991);
  found.event({ id: 'b', action: 'die' }, 29_992);
  look(exited, 30_000);
  found.event({ id: A, action: 'die' }, 31_500);
  t.equal(found.count(60_000), 1, 'and one that comes so late announces nothing');
});

t.test('an event of long ago does not announce what happens now', async (t) => {
  const { found, look } = looking();
  found.event({ id: A, action: 'die' }, 1_000);
  look(exited, 1_001);
  look(running, 20_000);
  look(exited, 40_000);
  look(exited, 60_000);
  t.equal(found.count(60_000), 2, 'its start and its end');
});

t.test('what an action of our own changes needs no event', async (t) => {
  const { found, look } = looking();
  look(exited, 10_000, new Set(['web']));
  found.acted('web', 20_000);
  look(running, 20_001);
  t.equal(found.count(60_000), 0);
});

t.test('states that no event tells of do not count', async (t) => {
  const { found, look } = looking();
  for (const [at, state] of (['dead', 'removing', 'restarting'] as const).entries())
    look([container('web', 'a', { state })], 10_000 * (at + 1));
  t.equal(found.count(60_000), 0);
});
