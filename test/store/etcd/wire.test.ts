import fc from 'fast-check';
import t from 'tap';
import {
  RangeRequest,
  RangeResponse,
  Target,
  TxnRequest,
  WatchResponse,
} from '../../../src/store/etcd/messages.js';
import {
  bool,
  bytes,
  embedded,
  field,
  int64,
  message,
  optional,
  repeated,
  text,
} from '../../../src/store/etcd/wire.js';

const hex = (of: Uint8Array) => Buffer.from(of).toString('hex');
const unhex = (of: string) => Buffer.from(of.replaceAll(' ', ''), 'hex');

t.test('requests are the bytes that the format says', async (t) => {
  const range = RangeRequest.encode({ key: Buffer.from('a/'), rangeEnd: Buffer.from('a0'), revision: 300n });
  t.equal(hex(range), hex(unhex('0a 02 612f  12 02 6130  20 ac02')));
  const txn = TxnRequest.encode({
    compare: [{ key: Buffer.from('k'), target: Target.modRevision, modRevision: 0n }],
    success: [{ put: { key: Buffer.from('k'), value: Buffer.from('v') } }],
  });
  t.equal(hex(txn), hex(unhex('0a 07 10 02 1a 01 6b 30 00  12 08 12 06 0a 01 6b 12 01 76')));
});

t.test('answers are read, and fields that are not described are skipped', async (t) => {
  const answer = unhex(
    '0a 0a 08 01 10 02 18 07 20 03 28' + // header with fields that are unknown
      '00' +
      '0d 01020304' + // field 1, but of fixed 32 bits: not the field that is described
      '12 0b 0a 01 6b 10 05 18 06 20 01 2a 00' + // a key with an empty value
      '79 0102030405060708' + // field 15 of fixed 64 bits
      '20 01', // count
  );
  const { header, keyValues, more } = RangeResponse.decode(answer);
  t.equal(header?.revision, 7n);
  t.match(keyValues, [{ createRevision: 5n, modRevision: 6n, version: 1n, lease: 0n }]);
  t.equal(hex(keyValues[0]?.key ?? Buffer.alloc(0)), '6b');
  t.equal(keyValues[0]?.value.length, 0);
  t.equal(more, false);
});

t.test('integers keep all their 64 bits', async (t) => {
  const negative = WatchResponse.decode(unhex('10 ffffffffffffffffff01'));
  t.equal(negative.watchId, -1n);
  const numbers = message({ value: field(1, int64, 0n) });
  for (const value of [0n, 127n, 128n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -1n]) {
    t.equal(numbers.decode(numbers.encode({ value })).value, value, String(value));
  }
});

t.test('bytes that are no message are an error', async (t) => {
  for (const damaged of [
    '0a',
    '0a 05 61',
    '08 80',
    '08 ffffffffffffffffffffff01',
    '0f',
    '0b',
    '12 03 0a 7f 6b',
  ]) {
    t.throws(() => RangeResponse.decode(unhex(damaged)), RangeError, damaged);
  }
});

t.test('what was decoded does not hold on to the answer it came from', async (t) => {
  const answer = RangeRequest.encode({ key: Buffer.from('key') });
  const { key } = RangeRequest.decode(answer);
  answer.fill(0);
  t.equal(hex(key), hex(Buffer.from('key')));
});

t.test('whatever is written is read again', async (t) => {
  const Inner = message({ number: field(1, int64, 0n), name: field(2, text, '') });
  const Outer = message({
    flag: field(1, bool, false),
    value: field(2, bytes, new Uint8Array()),
    inner: optional(3, embedded(Inner)),
    many: repeated(4, embedded(Inner)),
    numbers: repeated(900, int64),
  });
  const inner = fc.record({
    number: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    name: fc.string({ unit: 'grapheme' }),
  });
  const outer = fc.record({
    flag: fc.boolean(),
    value: fc.uint8Array(),
    inner: fc.option(inner, { nil: undefined }),
    many: fc.array(inner),
    numbers: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  });
  fc.assert(
    fc.property(outer, ({ inner, ...rest }) => {
      const read = Outer.decode(Outer.encode(inner === undefined ? rest : { ...rest, inner }));
      return t.same({ ...read, value: [...read.value] }, { ...rest, inner, value: [...rest.value] });
    }),
    { numRuns: 200 },
  );
});
