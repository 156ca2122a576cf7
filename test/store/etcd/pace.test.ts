import t from 'tap';
import { Pace } from '../../../src/store/etcd/pace.js';

function waits(pace: Pace, count: number): string {
  return Array.from({ length: count }, () => Math.round(pace.next())).join(' ');
}

t.test('one endpoint: at once, once more soon, then from 0.5 s to 3 s', async (t) => {
  t.equal(waits(new Pace({ endpoints: 1, random: () => 0 }), 6), '0 0 500 500 500 500');
  t.equal(waits(new Pace({ endpoints: 1, random: () => 1 }), 6), '0 200 1500 3000 3000 3000');
  t.equal(waits(new Pace({ endpoints: 1, random: () => 0.5 }), 6), '0 100 1000 1750 1750 1750');
});

t.test('three endpoints: each of them soon', async (t) => {
  t.equal(waits(new Pace({ endpoints: 3, random: () => 1 }), 7), '0 200 200 200 1500 3000 3000');
});

t.test('a connection that held begins anew, one that was cut at once does not', async (t) => {
  const pace = new Pace({ endpoints: 1, random: () => 1 });
  waits(pace, 5);
  pace.ended(9_999);
  t.equal(waits(pace, 2), '3000 3000');
  pace.ended(10_000);
  t.equal(waits(pace, 3), '200 1500 3000', 'never without jitter');
});
