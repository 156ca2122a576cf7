/** Which interface the default route leaves by, out of the kernel's tables. Pure. */
import { endianness } from 'node:os';
import { ipv4Text } from './ip-address.js';

const UP = 0x1;
const REJECT = 0x200;

export interface DefaultRoute {
  readonly interface: string;
  /** Address of the next hop; null where there is none or it is not told. */
  readonly gateway: string | null;
}

interface Row extends DefaultRoute {
  readonly metric: number;
}

/** The default route of `/proc/net/route` with the lowest metric, or null. */
export function defaultRouteIpv4(table: string): DefaultRoute | null {
  const rows: Row[] = [];
  for (const line of table.split('\n').slice(1)) {
    const [name, destination, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
    if (name === undefined || gateway === undefined || flags === undefined) continue;
    if (destination !== '00000000' || mask !== '00000000' || !usable(flags)) continue;
    // Written as one number in the host's byte order, while the address is in the network's.
    const bytes = Buffer.from(gateway, 'hex');
    if (endianness() === 'LE') bytes.reverse();
    const hop = gateway === '00000000' ? null : ipv4Text(bytes);
    rows.push({ interface: name, gateway: hop, metric: Number(metric) });
  }
  return best(rows);
}

/** The default route of `/proc/net/ipv6_route` with the lowest metric, or null. */
export function defaultRouteIpv6(table: string): DefaultRoute | null {
  const rows: Row[] = [];
  for (const line of table.split('\n')) {
    const [destination, length, , , , metric, , , flags, name] = line.trim().split(/\s+/);
    if (destination === undefined || flags === undefined || name === undefined) continue;
    if (!/^0{32}$/.test(destination) || length !== '00' || name === 'lo' || !usable(flags)) continue;
    rows.push({ interface: name, gateway: null, metric: Number.parseInt(metric ?? '', 16) });
  }
  return best(rows);
}

function usable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & UP) !== 0 && (bits & REJECT) === 0;
}

function best(rows: readonly Row[]): DefaultRoute | null {
  const [first] = [...rows].sort((one, other) => one.metric - other.metric);
  return first === undefined ? null : { interface: first.interface, gateway: first.gateway };
}
