/** What this host is: name, address, machine id, and the agent's version. Reads files only, starts no program. */
import { readFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type DefaultRoute, defaultRouteIpv4, defaultRouteIpv6 } from './default-route.js';
import { version } from './version.js';

export interface HostFacts {
  readonly hostname: string;
  /** Of the default route's interface: IPv4, else IPv6. Null where there is no default route. */
  readonly address: string | null;
  /** 32 hexadecimal digits; null where the host has none. */
  readonly machineId: string | null;
  /** The agent's version. */
  readonly version: string;
}

type Interfaces = ReturnType<typeof networkInterfaces>;

/** Never rejects: what can't be read is null. */
export async function readHostFacts(): Promise<HostFacts> {
  const [ipv4, ipv6, machineId] = await Promise.all([
    readOr('/proc/net/route', ''),
    readOr('/proc/net/ipv6_route', ''),
    readMachineId(),
  ]);
  const address = routeAddress({ ipv4, ipv6 }, networkInterfaces());
  return { hostname: hostname(), address, machineId, version };
}

/** The address of the default route's interface, given the kernel's two tables of routes. Pure. */
export function routeAddress(
  tables: { readonly ipv4: string; readonly ipv6: string },
  interfaces: Interfaces,
): string | null {
  const ipv4 = defaultRouteIpv4(tables.ipv4);
  const ipv6 = defaultRouteIpv6(tables.ipv6);
  return (
    (ipv4 === null ? null : pick(ipv4, addressesOf(interfaces, ipv4, 'IPv4'))) ??
    (ipv6 === null ? null : pick(ipv6, addressesOf(interfaces, ipv6, 'IPv6')))
  );
}

function addressesOf(
  interfaces: Interfaces,
  route: DefaultRoute,
  family: 'IPv4' | 'IPv6',
): readonly NetworkInterfaceInfo[] {
  const all = interfaces[route.interface] ?? [];
  return all.filter((one) => one.family === family && !one.internal && !/^fe[89ab]/i.test(one.address));
}

/** The one that reaches the gateway, since a virtual address of a balancer may be first; else the first. */
function pick({ gateway }: DefaultRoute, addresses: readonly NetworkInterfaceInfo[]): string | null {
  const onLink = addresses.find(({ cidr }) => gateway !== null && cidr !== null && contains(cidr, gateway));
  return (onLink ?? addresses[0])?.address ?? null;
}

function contains(cidr: string, address: string): boolean {
  const [network, length] = cidr.split('/');
  const subnet = new BlockList();
  subnet.addSubnet(network ?? '', Number(length), 'ipv4');
  return subnet.check(address, 'ipv4');
}

async function readMachineId(): Promise<string | null> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = (await readOr(path, '')).trim().toLowerCase();
    if (/^[0-9a-f]{32}$/.test(text)) return text;
  }
  return null;
}

async function readOr(path: string, fallback: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Absent where the kernel lacks IPv6, or in a container: the fact is unknown then, and that is said by null.
    return fallback;
  }
}
