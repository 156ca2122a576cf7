import fc from 'fast-check';
import t from 'tap';
import { mergePatch } from '../../src/catalog/merge-patch.js';
import type { Plain } from '../../src/catalog/yaml.js';

/** The cases of RFC 7396, appendix A: original, patch, result. */
const cases: readonly (readonly [string, string, string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":["1"]}', '{"a":["1"]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":"1"}', '{"e":null,"a":"1"}'],
  ['["1","2"]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

for (const [original, patch, result] of cases) {
  t.test(`${original} and ${patch}`, async (t) =>
    t.equal(JSON.stringify(mergePatch(JSON.parse(original), JSON.parse(patch))), result),
  );
}

t.test('names of a prototype are names like others', async (t) => {
  const merged = mergePatch({ a: 'b' }, { constructor: { toString: 'x' }, hasOwnProperty: null });
  t.equal(JSON.stringify(merged), '{"a":"b","constructor":{"toString":"x"}}');
  t.equal(Object.getPrototypeOf(merged), Object.prototype);
});

const { plain } = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.array(fc.string()),
    fc.dictionary(fc.constantFrom('a', 'b', 'toString', 'c'), tie('plain')),
  ),
}));

t.test('twice is as once, nothing is changed in place, and to patch nothing is the patch', async () => {
  fc.assert(
    fc.property(plain, plain, (target, patch) => {
      const before = JSON.stringify(target);
      const once = mergePatch(target, patch);
      return (
        JSON.stringify(mergePatch(once, patch)) === JSON.stringify(once) &&
        JSON.stringify(target) === before &&
        JSON.stringify(mergePatch(undefined, patch)) === JSON.stringify(patch)
      );
    }),
  );
});
