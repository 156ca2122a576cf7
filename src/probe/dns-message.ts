/** DNS messages (RFC 1035) as far as a probe needs them: one question out, the records of its type back. */
import { ipv4Text, ipv6Text } from '../host/ip-address.js';

const TYPES = { A: 1, TXT: 16, AAAA: 28 } as const;
const CLASSES = { IN: 1, CH: 3 } as const;
const RESPONSE_CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export interface DnsQuestion {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly class: keyof typeof CLASSES;
}

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly code: string;
  /** Addresses, or texts of TXT records, of the type that was asked for. */
  readonly records: readonly string[];
}

/** A query with the given 16-bit id; null for a name that DNS can't carry. */
export function encodeQuery(id: number, question: DnsQuestion): Buffer | null {
  const labels = question.name.replace(/\.$/, '').split('.');
  const parts: Buffer[] = [];
  for (const label of labels) {
    const bytes = Buffer.from(label, 'utf8');
    if (bytes.length > 63 || (bytes.length === 0 && labels.length > 1)) return null;
    if (bytes.length > 0) parts.push(Buffer.of(bytes.length), bytes);
  }
  parts.push(Buffer.of(0));
  const name = Buffer.concat(parts);
  if (name.length > 255) return null;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2); // recursion desired
  header.writeUInt16BE(1, 4); // one question
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(TYPES[question.type], 0);
  tail.writeUInt16BE(CLASSES[question.class], 2);
  return Buffer.concat([header, name, tail]);
}

/** The answer to the query, or null when the bytes are something else (another id, no response, malformed). */
export function decodeAnswer(message: Buffer, id: number, question: DnsQuestion): DnsAnswer | null {
  try {
    if (message.length < 12 || message.readUInt16BE(0) !== id) return null;
    const flags = message.readUInt16BE(2);
    if ((flags & 0x8000) === 0) return null;
    let at = 12;
    for (let left = message.readUInt16BE(4); left > 0; left--) at = afterName(message, at) + 4;
    const records: string[] = [];
    for (let left = message.readUInt16BE(6); left > 0; left--) {
      at = afterName(message, at);
      const type = message.readUInt16BE(at);
      const recordClass = message.readUInt16BE(at + 2);
      const start = at + 10;
      at = start + message.readUInt16BE(at + 8);
      if (at > message.length) return null;
      if (type !== TYPES[question.type] || recordClass !== CLASSES[question.class]) continue;
      records.push(recordText(question.type, message.subarray(start, at)));
    }
    return { code: RESPONSE_CODES[flags & 15] ?? `error ${flags & 15}`, records };
  } catch (fault) {
    // Reading beyond the end: the message is cut short or made up.
    if (fault instanceof RangeError) return null;
    throw fault;
  }
}

/** A compressed name ends with its pointer, which therefore need not be followed. */
function afterName(message: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) return at + 2;
    at += length + 1;
    if (length === 0) return at;
  }
}

function recordText(type: DnsQuestion['type'], data: Buffer): string {
  switch (type) {
    case 'A':
      return ipv4Text(data);
    case 'AAAA':
      return ipv6Text(data);
    case 'TXT': {
      let text = '';
      for (let at = 0; at < data.length; at += data.readUInt8(at) + 1) {
        text += data.toString('utf8', at + 1, at + 1 + data.readUInt8(at));
      }
      return text;
    }
  }
}
