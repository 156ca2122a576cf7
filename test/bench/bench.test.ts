import t from 'tap';
import { type Figure, judge } from './figure.js';
import { median, summarize } from './statistics.js';
import { asData, printTable } from './table.js';

t.test('medians and quartiles, whatever the order and the number of rounds', async (t) => {
  t.equal(median([3]), 3);
  t.equal(median([10, 2]), 6);
  t.equal(median([100, 9, 20]), 20, 'as numbers and not as words');
  t.strictSame(summarize([4, 1, 3, 2, 5]), { median: 3, quartiles: [2, 4] });
  t.strictSame(summarize([0, 10]), { median: 5, quartiles: [2.5, 7.5] });
  t.throws(() => median([]), { message: /no values/ });
});

const alone: Figure = { measure: 'pass', what: 'a pass', unit: 'ms', values: [3, 30, 4], target: 20 };
const raced: Figure = {
  measure: 'role',
  what: 'six containers',
  unit: 'ms',
  values: [150, 120, 130],
  against: { who: 'Docker API', values: [100, 100, 90] },
  target: 1.25,
};

t.test('a target is about the median, or about the ratio of the medians', async (t) => {
  t.match(judge(alone), { reached: 4, met: true, theirs: null });
  t.match(judge(raced), { reached: 1.3, met: false });
  t.equal(judge({ ...raced, target: 1.3 }).met, true, 'what is reached exactly is met');
});

t.test('the table says what was reached, what was missed, and how many', async (t) => {
  const lines = printTable([alone, raced]).split('\n');
  t.match(lines[1], /^pass +a pass +4 ms \(3\.5–17\) +4 ms +≤ 20 ms +met$/);
  t.match(
    lines[2],
    /^role +six containers +130 ms \(125–140\) +Docker API 100 ms \(95–100\) +1\.30 × +≤ 1\.25 × +MISSED$/,
  );
  t.equal(lines.at(-1), '1 of 2 targets met');
  t.match(asData([raced]), [{ what: 'six containers', values: [150, 120, 130], reached: 1.3, met: false }]);
});
