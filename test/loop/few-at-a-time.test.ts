import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { fewAtATime } from '../../src/loop/few-at-a-time.js';
import { until } from '../sandbox/until.js';

t.test('all are asked, few at once, and the answers are in the order of the questions', async (t) => {
  let open = 0;
  let most = 0;
  const items = Array.from({ length: 50 }, (_, at) => at);
  const answers = await fewAtATime(items, async (item) => {
    open += 1;
    most = Math.max(most, open);
    for (let turn = 0; turn < (item * 7) % 5; turn += 1) await nextTurn();
    open -= 1;
    return item * 2;
  });
  t.strictSame(
    answers,
    items.map((item) => item * 2),
  );
  t.equal(most, 4);
  t.strictSame(await fewAtATime([], async () => 1), []);
});

t.test('one that hangs holds up none of the others', async (t) => {
  const asked: number[] = [];
  let end = () => {};
  const items = Array.from({ length: 20 }, (_, at) => at);
  const all = fewAtATime(items, async (item) => {
    asked.push(item);
    if (item === 0)
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    return item;
  });
  await nextTurn();
  t.strictSame(asked, items);
  end();
  t.strictSame(await all, items);
});

t.test('many that hang hold up nobody for long', async (t) => {
  const asked: number[] = [];
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const items = Array.from({ length: 20 }, (_, at) => at);
  const all = fewAtATime(items, async (item) => {
    asked.push(item);
    if (item < 16) await over;
    return item;
  });
  await until('all are asked', () => asked.length === items.length, { within: 30_000 });
  end();
  t.strictSame(await all, items);
});

t.test('one that fails after the others have had their turn fails all', async (t) => {
  let fail = (_: Error) => {};
  const late = new Promise<number>((_, reject) => {
    fail = reject;
  });
  const asked: number[] = [];
  const all = fewAtATime([1, 2, 3, 4, 5], (item) => {
    asked.push(item);
    return item === 1 ? late : Promise.resolve(item);
  });
  await until('all are asked', () => asked.length === 5, { within: 30_000 });
  fail(new Error('no'));
  await t.rejects(all, /no/);
});

t.test('one that fails fails all', async (t) => {
  await t.rejects(
    fewAtATime([1, 2, 3], async (item) => {
      if (item === 2) throw new Error('no');
    }),
    /no/,
  );
});
