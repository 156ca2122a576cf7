import t from 'tap';
import { inSlices } from '../../src/loop/slices.js';

function* work(steps: number, each: () => void): Generator<void, string> {
  for (let step = 0; step < steps; step += 1) {
    each();
    yield;
  }
  return 'done';
}

t.test('others have their turn as soon as a slice is used up, and not after each small step', async (t) => {
  let time = 0;
  let pauses = 0;
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  const turns = {
    now: () => time,
    async pause() {
      pauses += 1;
    },
  };
  t.equal(
    await inSlices(
      work(100, () => pass(1)),
      turns,
    ),
    'done',
  );
  t.equal(pauses, 50, 'each 2 ms');
  pauses = 0;
  t.equal(
    await inSlices(
      work(5, () => pass(40)),
      turns,
    ),
    'done',
  );
  t.equal(pauses, 5, 'after each long step');
});

t.test('what is thrown in a step rejects', async (t) => {
  const failing = work(1, () => {
    throw new Error('no');
  });
  await t.rejects(inSlices(failing), /no/);
});
