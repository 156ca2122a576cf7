import t from 'tap';
import { Fault } from '../../src/engine/engine.js';
import { AgentMetrics } from '../../src/metrics/agent-metrics.js';
import { family, textOf } from '../../src/metrics/family.js';
import { Counter, Histogram } from '../../src/metrics/instruments.js';
import { measured } from '../../src/metrics/measured.js';

const lines = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(start));

t.test('the text escapes what a label may hold, and names a family without samples', async (t) => {
  const text = textOf([
    family({ name: 'a_total', help: 'with \\ and\nbreak', type: 'counter' }, [[{ x: 'q"\\\n' }, 1.5]]),
    family({ name: 'b', help: 'none', type: 'gauge' }, []),
    family({ name: 'c', help: 'odd', type: 'gauge' }, [
      [{}, Number.POSITIVE_INFINITY],
      [{ y: '' }, true],
    ]),
  ]);
  t.equal(
    text,
    `# HELP a_total with \\\\ and\\nbreak
# TYPE a_total counter
a_total{x="q\\"\\\\\\n"} 1.5
# HELP b none
# TYPE b gauge
# HELP c odd
# TYPE c gauge
c +Inf
c{y=""} 1
`,
  );
});

t.test('a histogram counts into buckets that include those below', async (t) => {
  const histogram = new Histogram({ name: 'h', help: 'h', labels: ['call'] }, [0.1, 1]);
  for (const value of [0.1, 0.2, 5]) histogram.observe({ call: 'x' }, value);
  t.same(lines(textOf([histogram.family()]), 'h'), [
    'h_bucket{call="x",le="0.1"} 1',
    'h_bucket{call="x",le="1"} 2',
    'h_bucket{call="x",le="+Inf"} 3',
    'h_sum{call="x"} 5.3',
    'h_count{call="x"} 3',
  ]);
  const bare = new Histogram({ name: 'h', help: 'h' }, [1]);
  t.same(lines(textOf([bare.family()]), 'h_count'), ['h_count 0'], 'there from the start');
});

t.test('a counter keeps its series apart, and forgets', async (t) => {
  const counter = new Counter({ name: 'c_total', help: 'c', labels: ['one', 'other'] });
  counter.add({ one: 'a', other: 'b' });
  counter.add({ one: 'a', other: 'b' }, 2);
  counter.add({ one: 'ab', other: '' });
  t.same(counter.valuesOf('one'), new Set(['a', 'ab']));
  t.same(lines(textOf([counter.family()]), 'c_total'), [
    'c_total{one="a",other="b"} 3',
    'c_total{one="ab",other=""} 1',
  ]);
  counter.forget('one', new Set(['ab']));
  t.same(counter.valuesOf('one'), new Set(['a']));
});

t.test('what was counted for a component that is gone is forgotten in the end', async (t) => {
  const metrics = new AgentMetrics();
  const counted = () => lines(metrics.text([]), 'katod_actions_total{').length;
  for (let at = 0; at < 3_000; at += 1) {
    metrics.acted({ component: `c${at}`, action: 'start', outcome: 'done' }, 5);
  }
  const some = new Set(Array.from({ length: 500 }, (_, at) => `c${at}`));
  metrics.present(some, 0);
  t.equal(counted(), 1_500, 'those that are there, and a thousand of the others');
  metrics.present(some, 599_000);
  t.equal(counted(), 1_500);
  metrics.present(new Set([...some, 'c2999']), 600_000);
  t.equal(counted(), 501, 'one came back');
  metrics.present(some, 600_001);
  metrics.present(some, 1_200_000);
  t.equal(counted(), 501, 'gone for less than ten minutes');
  metrics.present(some, 1_200_001);
  t.equal(counted(), 500);
});

t.test('the calls of a port are measured under their names, also those that fail', async (t) => {
  let now = 0;
  const metrics = new AgentMetrics();
  const port = {
    own: 7,
    list: (given: number) => Promise.resolve(given + port.own),
    stop: () => Promise.reject(new Fault('slow', 'later', 'no answer')),
    pull: () => Promise.resolve(),
    sync: () => 'at once',
  };
  const watched = measured(port, () => now++ * 250, metrics.engineCalled);
  t.equal(await watched.list(1), 8);
  await t.rejects(watched.stop(), /no answer/);
  await watched.pull();
  t.equal(watched.sync(), 'at once');
  t.equal(watched.own, 7);
  t.equal(watched.list, watched.list);
  const text = metrics.text([]);
  t.same(lines(text, 'katod_engine_call_duration_seconds_sum'), [
    'katod_engine_call_duration_seconds_sum{call="list"} 0.25',
    'katod_engine_call_duration_seconds_sum{call="stop"} 0.25',
    'katod_engine_call_duration_seconds_sum{call="pull"} 0.25',
  ]);
  t.same(lines(text, 'katod_engine_call_failures_total{'), [
    'katod_engine_call_failures_total{call="stop",kind="slow"} 1',
  ]);
  t.same(lines(text, 'katod_pull_duration_seconds_count'), ['katod_pull_duration_seconds_count 1']);
});
