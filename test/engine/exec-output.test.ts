import fc from 'fast-check';
import t from 'tap';
import { outputTail } from '../../src/engine/exec-output.js';

function frame(kind: number, words: string): Buffer {
  const text = Buffer.from(words);
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, text]);
}

t.test('the words of both streams come out as they came, wherever the chunks are cut', async (t) => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, ''), frame(2, 'twö\n'), frame(1, 'three')]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const tail = outputTail();
      const at = [0, ...cuts.sort((one, other) => one - other), bytes.length];
      for (const [index, end] of at.entries()) tail.take(bytes.subarray(at[index - 1] ?? 0, end));
      return tail.text() === 'one\ntwö\nthree';
    }),
  );
  t.pass();
});

t.test('of much, the end is kept', async (t) => {
  const tail = outputTail();
  for (let round = 0; round < 100; round += 1) tail.take(frame(1, `${'x'.repeat(1000)} ${round}\n`));
  const text = tail.text();
  t.equal(Buffer.byteLength(text), 4096);
  t.match(text, / 98\nx+ 99\n$/);
});
