/** As much of DNS (RFC 1035) as a question for one address needs. */

const HEADER = 12;
const TYPE_A = 1;
const NO_SUCH_NAME = 3;

/** `addressOf`: a name in small letters to its address, or undefined: then there is no such name. */
export function answerTo(query, addressOf) {
  const labels = [];
  let at = HEADER;
  for (let length = query[at]; length > 0; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const address = addressOf(labels.join('.').toLowerCase());
  const records = address !== undefined && type === TYPE_A ? [record(address)] : [];
  const header = Buffer.alloc(HEADER);
  query.copy(header, 0, 0, 2);
  // An answer, by one who knows, to the bit that wishes for recursion as it was asked.
  header.writeUInt16BE(
    0x8400 | (query.readUInt16BE(2) & 0x0100) | (address === undefined ? NO_SUCH_NAME : 0),
    2,
  );
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER, at + 5), ...records]);
}

/** A message as TCP carries it. */
export function framed(message) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Of the name in the question, for a minute. */
function record(address) {
  const start = Buffer.from([0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4]);
  return Buffer.concat([start, Buffer.from(address.split('.').map(Number))]);
}
