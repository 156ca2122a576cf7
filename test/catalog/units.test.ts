import fc from 'fast-check';
import t from 'tap';
import { formatDuration, parseDuration } from '../../src/catalog/duration.js';
import { isName, isParameterName, quoted } from '../../src/catalog/name.js';
import { parseSize } from '../../src/catalog/size.js';

t.test('durations are one whole number and a unit', async (t) => {
  const good = { '500ms': 500, '30s': 30_000, '5m': 300_000, '1h': 3_600_000, '0s': 0, '007s': 7_000 };
  for (const [text, value] of Object.entries(good)) t.equal(parseDuration(text), value, text);
  for (const text of [
    '',
    '5',
    '5 s',
    '-5s',
    '1.5s',
    '5S',
    '1d',
    '1h30m',
    ' 5s',
    '5s\n',
    `${'9'.repeat(10)}s`,
    '１s',
  ]) {
    t.equal(parseDuration(text), undefined, JSON.stringify(text));
  }
});

t.test('a duration that is written can be read again', async () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), (value) => parseDuration(formatDuration(value)) === value),
  );
});

t.test('sizes are one whole number and a unit', async (t) => {
  const good = { '512k': 524_288, '64m': 67_108_864, '2g': 2_147_483_648 };
  for (const [text, value] of Object.entries(good)) t.equal(parseSize(text), value, text);
  for (const text of ['', '5', '5b', '1.5g', '2G', '2gb', '-1k', '2 g', '999999999g']) {
    t.equal(parseSize(text), undefined, JSON.stringify(text));
  }
});

t.test('names are as the contract says', async (t) => {
  for (const name of ['a', 'web-1', 'a.b', '0', 'a'.repeat(63)]) t.ok(isName(name), name);
  for (const name of ['', '-a', 'a-', '.a', 'A', 'a_b', 'a/b', 'a'.repeat(64), 'a\n', '__proto__']) {
    t.notOk(isName(name), JSON.stringify(name));
  }
  for (const name of ['joinWan', 'secret.db', 'image.mesos-master']) t.ok(isParameterName(name), name);
  for (const name of ['', '__proto__', 'a b', 'a/b', 'x'.repeat(129)]) t.notOk(isParameterName(name), name);
});

t.test('a quoted word stays on one line and short', async (t) => {
  t.equal(quoted('a\n"b'), '"a\\n\\"b"');
  t.ok(quoted('x'.repeat(1_000_000)).length < 100);
});
