/**
 * The protobuf wire format, as far as etcd's messages need it: a message is described by its fields, and the
 * description gives the TypeScript type, the encoder and the decoder. 64-bit integers are bigints, never numbers.
 */

import { DELIMITED, delimited, Reader, VARINT, varint } from './wire-bytes.js';

/** How one value is written and read; `wireType` is part of the tag in front of it. */
interface Kind<Read, Given = Read> {
  readonly wireType: typeof VARINT | typeof DELIMITED;
  readonly write: (value: Given) => Uint8Array;
  readonly read: (reader: Reader) => Read;
}

interface Field<Read, Given> {
  readonly number: number;
  readonly wireType: number;
  /** The value of a field that is not on the wire. */
  readonly absent: Read;
  readonly write: (value: Given) => readonly Uint8Array[];
  readonly read: (reader: Reader, before: Read) => Read;
}

// biome-ignore lint/suspicious/noExplicitAny: what a field holds is inferred from its description
type Fields = Readonly<Record<string, Field<any, any>>>;
type Reads<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T, infer _> ? T : never };
type Gives<F extends Fields> = { readonly [K in keyof F]?: F[K] extends Field<infer _, infer T> ? T : never };

export interface Message<Read, Given> {
  encode(value: Given): Buffer;
  /** Fields that the description does not name are skipped. Throws a `RangeError` on bytes that are no message. */
  decode(encoded: Uint8Array): Read;
}
/** What is read of a message: every field, with its zero value where it was absent. */
export type Decoded<M> = M extends Message<infer T, infer _> ? T : never;
/** What is given to write a message: the fields that matter. */
export type Encoded<M> = M extends Message<infer _, infer T> ? T : never;

export const int64: Kind<bigint> = {
  wireType: VARINT,
  write: (value) => varint(BigInt.asUintN(64, value)),
  read: (reader) => BigInt.asIntN(64, reader.varint()),
};
export const uint64: Kind<bigint> = { wireType: VARINT, write: varint, read: (reader) => reader.varint() };
export const bool: Kind<boolean> = {
  wireType: VARINT,
  write: (value) => varint(value ? 1n : 0n),
  read: (reader) => reader.varint() !== 0n,
};
export const enumeration: Kind<number> = {
  wireType: VARINT,
  write: (value) => varint(BigInt(value)),
  read: (reader) => Number(BigInt.asIntN(32, reader.varint())),
};
export const bytes: Kind<Uint8Array> = {
  wireType: DELIMITED,
  write: delimited,
  // A copy: a view would keep the whole answer in memory for one small value of it.
  read: (reader) => new Uint8Array(reader.delimited()),
};
export const text: Kind<string> = {
  wireType: DELIMITED,
  write: (value) => delimited(Buffer.from(value)),
  read: (reader) => Buffer.from(reader.delimited()).toString('utf8'),
};

/** A message as a value in another one. */
export function embedded<Read, Given>(of: Message<Read, Given>): Kind<Read, Given> {
  return {
    wireType: DELIMITED,
    write: (value) => delimited(of.encode(value)),
    read: (reader) => of.decode(reader.delimited()),
  };
}

/** A field that has its kind's zero value while it is not on the wire. */
export function field<T>(number: number, kind: Kind<T>, absent: T): Field<T, T> {
  return { ...kind, number, absent, write: (value) => [kind.write(value)] };
}

/** A field whose absence means something: an embedded message, or one of a `oneof`. */
export function optional<Read, Given>(
  number: number,
  kind: Kind<Read, Given>,
): Field<Read | undefined, Given> {
  return { ...kind, number, absent: undefined, write: (value) => [kind.write(value)] };
}

export function repeated<Read, Given>(
  number: number,
  kind: Kind<Read, Given>,
): Field<readonly Read[], readonly Given[]> {
  return {
    number,
    wireType: kind.wireType,
    absent: [],
    write: (values) => values.map(kind.write),
    read: (reader, before) => {
      // From its first element on the list is this decoding's own; copying it each time would be quadratic.
      if (before.length === 0) return [kind.read(reader)];
      (before as Read[]).push(kind.read(reader));
      return before;
    },
  };
}

export function message<F extends Fields>(fields: F): Message<Reads<F>, Gives<F>> {
  const described = Object.entries(fields);
  const byNumber = new Map(described.map(([name, of]) => [of.number, { name, of }]));
  return {
    encode(value) {
      const parts: Uint8Array[] = [];
      for (const [name, of] of described) {
        const given: unknown = value[name as keyof F];
        if (given === undefined) continue;
        for (const part of of.write(given)) {
          parts.push(varint(BigInt(of.number * 8 + of.wireType)), part);
        }
      }
      return Buffer.concat(parts);
    },
    decode(encoded) {
      const reader = new Reader(encoded);
      const values: Record<string, unknown> = {};
      for (const [name, of] of described) values[name] = of.absent;
      while (reader.more()) {
        const tag = Number(reader.varint());
        const known = byNumber.get(Math.floor(tag / 8));
        if (known === undefined || known.of.wireType !== tag % 8) reader.skip(tag % 8);
        else values[known.name] = known.of.read(reader, values[known.name]);
      }
      return values as Reads<F>;
    },
  };
}
