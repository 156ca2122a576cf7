import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { progressMeter } from '../../src/engine/progress.js';

const detail = (current: number, total: number) => ({ progressDetail: { current, total } });

t.test('a pull of two layers goes from nothing to all', async (t) => {
  const meter = progressMeter();
  const after = (line: Readonly<Record<string, unknown>>) => {
    meter.take(line);
    return meter.share();
  };
  t.equal(after({ status: 'Pulling from library/x', id: 'latest' }), null);
  t.equal(after({ status: 'Pulling fs layer', id: 'a', progressDetail: {} }), 0);
  t.equal(after({ status: 'Pulling fs layer', id: 'b', progressDetail: {} }), 0);
  t.equal(after({ status: 'Downloading', id: 'a', ...detail(50, 100) }), 0.1875);
  t.equal(after({ status: 'Download complete', id: 'a' }), 0.375);
  t.equal(after({ status: 'Already exists', id: 'b', progressDetail: {} }), 0.875, 'another pull fetched it');
  t.equal(after({ status: 'Extracting', id: 'a', ...detail(100, 100) }), 1);
  t.equal(after({ status: 'Pull complete', id: 'a' }), 1);
  t.equal(after({ status: 'Digest: sha256:1' }), 1);
});

t.test('layers that are there already are no part of the work', async (t) => {
  const meter = progressMeter();
  t.ok(meter.take({ status: 'Already exists', id: 'a', progressDetail: {} }), 'it moves');
  t.equal(meter.share(), null);
  meter.take({ status: 'Pulling fs layer', id: 'b', progressDetail: {} });
  t.equal(meter.share(), 0);
});

t.test('only what moves counts as progress', async (t) => {
  const meter = progressMeter();
  t.ok(meter.take({ status: 'Downloading', id: 'a', ...detail(1, 9) }));
  t.notOk(meter.take({ status: 'Downloading', id: 'a', ...detail(1, 9) }), 'the same again');
  t.notOk(meter.take({ status: 'Retrying in 5 seconds', id: 'a' }), 'a countdown');
  t.ok(meter.take({ status: 'Downloading', id: 'a', ...detail(2, 9) }));
  t.ok(meter.take({ status: 'Extracting', id: 'a', progressDetail: { current: 3, units: 's' } }), 'no total');
  t.notOk(meter.take({ error: 'x' }));
});

t.test('the share never falls and stays within 0 and 1, whatever the engine sends', async (t) => {
  const line = fc.record(
    {
      id: fc.constantFrom('a', 'b', 'c'),
      status: fc.constantFrom(
        'Downloading',
        'Extracting',
        'Pull complete',
        'Retrying in 3 seconds',
        'Waiting',
        'odd',
      ),
      progressDetail: fc.oneof(
        fc.record({ current: fc.double(), total: fc.double() }, { requiredKeys: [] }),
        fc.record({ current: fc.nat(9), total: fc.nat(9) }),
        fc.anything(),
      ),
    },
    { requiredKeys: ['status'] },
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const meter = progressMeter();
        let before = 0;
        for (const each of lines) {
          meter.take(each);
          const share = meter.share() ?? 0;
          assert.ok(share >= before && share <= 1, `${before} then ${share}`);
          before = share;
        }
      }),
    ),
  );
});
