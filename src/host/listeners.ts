/** Which sockets on this host wait for connections or datagrams, out of the kernel's tables. */
import { createReadStream } from 'node:fs';
import { endianness } from 'node:os';
import { createInterface } from 'node:readline';
import { ipv4Text, ipv6Text } from './ip-address.js';
import type { Listener } from './listener.js';

interface Table {
  readonly path: string;
  readonly protocol: Listener['protocol'];
  /** Hexadecimal state of a socket that waits: LISTEN of TCP; of UDP, bound and not connected. */
  readonly waiting: string;
}

const TABLES: readonly Table[] = [
  { path: '/proc/net/tcp', protocol: 'tcp', waiting: '0A' },
  { path: '/proc/net/tcp6', protocol: 'tcp', waiting: '0A' },
  { path: '/proc/net/udp', protocol: 'udp', waiting: '07' },
  { path: '/proc/net/udp6', protocol: 'udp', waiting: '07' },
];

/**
 * Of the network namespace of this process. A table that the kernel does not have (no IPv6) is empty; rejects with
 * the error of the file system when one can't be read for another reason.
 */
export async function readListeners(): Promise<readonly Listener[]> {
  return (await Promise.all(TABLES.map(readTable))).flat();
}

async function readTable({ path, protocol, waiting }: Table): Promise<Listener[]> {
  const found: Listener[] = [];
  const stream = createReadStream(path, 'utf8');
  const lines = createInterface({ input: stream });
  try {
    // Errors of the stream reach the loop only through an event of the interface: wait for the opening first.
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    for await (const line of lines) {
      const fields = line.trim().split(/\s+/);
      if (fields[0] === 'sl') continue;
      // The kernel lists listening sockets before all connections, of which there may be very many.
      if (fields[3] !== waiting && protocol === 'tcp') break;
      const listener = fields[3] === waiting ? parse(fields, protocol) : null;
      if (listener !== null) found.push(listener);
    }
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ENOENT')) throw fault;
  } finally {
    lines.close();
    stream.destroy();
  }
  return found;
}

function parse(fields: readonly string[], protocol: Listener['protocol']): Listener | null {
  const [address, port] = fields[1]?.split(':') ?? [];
  const inode = fields[9];
  if (address === undefined || port === undefined || inode === undefined) return null;
  return { protocol, address: addressText(address), port: Number.parseInt(port, 16), inode };
}

/** Addresses are written as 32-bit numbers in the host's byte order. */
function addressText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return bytes.length === 4 ? ipv4Text(bytes) : ipv6Text(bytes);
}
