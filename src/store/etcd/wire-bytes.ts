/** The bytes of the protobuf wire format: integers of seven bits a byte, and runs with their length in front. */

export const VARINT = 0;
const FIXED64 = 1;
export const DELIMITED = 2;
const FIXED32 = 5;

export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(encoded: Uint8Array) {
    this.#bytes = encoded;
  }

  more(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** An unsigned integer of up to 64 bits. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('message ends within an integer');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('integer of more than 64 bits');
  }

  delimited(): Uint8Array {
    return this.#take(Number(this.varint()));
  }

  skip(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.varint();
        return;
      case FIXED64:
        this.#take(8);
        return;
      case DELIMITED:
        this.delimited();
        return;
      case FIXED32:
        this.#take(4);
        return;
      default:
        throw new RangeError(`unknown wire type ${wireType}`);
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError('message ends within a field');
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }
}

export function varint(value: bigint): Uint8Array {
  const encoded: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    encoded.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  encoded.push(Number(rest));
  return Uint8Array.from(encoded);
}

export function delimited(value: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(value.length)), value]);
}
