import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { lineSplitter, parseObject } from '../../src/engine/lines.js';

function split(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const take = lineSplitter((line) => lines.push(line));
  for (const chunk of chunks) take(chunk);
  return lines;
}

t.test('lines come out whole however the bytes were cut', async (t) => {
  const line = fc.string({
    unit: fc.constantFrom('a', '"', '\u00e9', '\u{1f433}'),
    minLength: 1,
    maxLength: 8,
  });
  const cuts = fc.array(fc.nat(), { maxLength: 8 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        cuts,
        (lines, end, cuts) => {
          const bytes = Buffer.from(lines.map((text) => text + end).join(''));
          const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
            (a, b) => a - b,
          );
          const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
          assert.deepEqual(split(chunks), lines);
        },
      ),
    ),
  );
});

t.test('a line without end is not held in memory, and the next one is read', async (t) => {
  const chunk = Buffer.alloc(700 * 1024, 'x');
  t.same(split([Buffer.from('a\n'), chunk, chunk, chunk, Buffer.from('end\nb\n')]), ['a', 'b']);
});

t.test('only objects are taken from a line', async (t) => {
  t.same(parseObject('{"a":1}'), { a: 1 });
  for (const text of ['', '{', '[]', 'null', '7', 'garbage']) t.equal(parseObject(text), null, text);
});
