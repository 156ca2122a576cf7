import { setImmediate as nextTick } from 'node:timers/promises';
import t from 'tap';
import type { ContainerDetail, ListedContainer } from '../../src/engine/engine.js';
import type { Clock } from '../../src/loop/clock.js';
import { Details } from '../../src/loop/details.js';
import { Turns } from '../../src/loop/turns.js';
import { detailOf } from '../plan/world.js';
import { until } from '../sandbox/until.js';

function clockAt(start: number): Clock & { time: number } {
  return {
    time: start,
    now() {
      return this.time;
    },
    date: () => new Date(0),
    jitter: () => 0,
  };
}

/** A job whose end is in the test's hands. */
function heldJob() {
  const ends: (() => void)[] = [];
  const job = () => new Promise<number>((resolve) => void ends.push(() => resolve(1_000_000)));
  return { job, begun: () => ends.length, end: () => ends.at(-1)?.() };
}

t.test('pokes that come while a turn runs fold into one more', async (t) => {
  const held = heldJob();
  const turns = new Turns(held.job, clockAt(0));
  turns.poke();
  for (let poke = 0; poke < 5; poke += 1) turns.poke();
  t.equal(held.begun(), 1);
  held.end();
  await until('the folded turn', async () => held.begun() === 2, { within: 5_000 });
  held.end();
  await nextTick();
  t.equal(held.begun(), 2);
  await turns.close();
});

t.test('a turn comes by itself when its time has come', async (t) => {
  let turns = 0;
  const loop = new Turns(async () => {
    turns += 1;
    return 1;
  }, clockAt(0));
  loop.poke();
  await until('three turns', async () => turns >= 3, { within: 5_000 });
  await loop.close();
  const ended = turns;
  loop.poke();
  await nextTick();
  t.equal(turns, ended, 'none after close');
});

t.test('a turn that hangs is told', async (t) => {
  const held = heldJob();
  const clock = clockAt(0);
  const turns = new Turns(held.job, clock);
  turns.poke();
  clock.time = 59_000;
  t.ok(turns.alive());
  clock.time = 61_000;
  t.notOk(turns.alive());
  held.end();
  await until('alive again', async () => turns.alive(), { within: 5_000 });
  await turns.close();
});

t.test('an inspect that hangs holds nobody up, and pokes when it answers', async (t) => {
  const detail = detailOf('a');
  const listed: ListedContainer = {
    id: 'a',
    name: 'x',
    image: 'x',
    state: 'running',
    labels: {},
    publishedPorts: [],
  };
  let asked = 0;
  let answer: (detail: ContainerDetail) => void = () => {};
  let late = 0;
  const inspect = () => {
    asked += 1;
    return new Promise<ContainerDetail>((resolve) => {
      answer = resolve;
    });
  };
  const details = new Details({ inspect }, () => {
    late += 1;
  });
  t.equal(await details.of(listed), null);
  t.equal(await details.of(listed), null);
  t.equal(asked, 1, 'asked once');
  answer(detail);
  await until('the poke', async () => late === 1, { within: 5_000 });
  t.equal(await details.of(listed), detail, 'kept');
  t.equal(asked, 1);
  void details.of({ ...listed, state: 'exited' });
  t.equal(asked, 2, 'asked again when the list says otherwise');
});
