import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { fewAtATime } from '../../src/loop/few-at-a-time.js';

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

t.test('one that fails fails all', async (t) => {
  await t.rejects(
    fewAtATime([1, 2, 3], async (item) => {
      if (item === 2) throw new Error('no');
    }),
    /no/,
  );
});
