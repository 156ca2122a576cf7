import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import t from 'tap';
import { defaultRouteIpv4, defaultRouteIpv6 } from '../../src/host/default-route.js';
import { readHostFacts, routeAddress } from '../../src/host/facts.js';

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const route = (name: string, gateway: string, flags: string, metric: number) =>
  `${name}\t00000000\t${gateway}\t${flags}\t0\t0\t${metric}\t00000000\t0\t0\t0\n`;
const LINK = 'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const IPV6 = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth1\n`;

type Interfaces = ReturnType<typeof networkInterfaces>;
const ipv4 = (address: string, bits: number) => ({
  address,
  netmask: '',
  family: 'IPv4' as const,
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr: `${address}/${bits}`,
});
const ipv6 = (address: string) => ({
  address,
  netmask: '',
  family: 'IPv6' as const,
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr: `${address}/64`,
  scopeid: 0,
});

t.test('the IPv4 default route is the usable one with the lowest metric', async (t) => {
  const table =
    HEAD + LINK + route('wlan0', '0100000A', '0003', 600) + route('eth0', '0100000A', '0003', 100);
  t.same(defaultRouteIpv4(table), { interface: 'eth0', gateway: '10.0.0.1' });
  t.equal(defaultRouteIpv4(HEAD + LINK), null, 'a route to a network is none');
  t.equal(defaultRouteIpv4(HEAD + route('eth0', '0100000A', '0002', 0)), null, 'nor is one that is down');
  t.equal(defaultRouteIpv4(HEAD + route('eth0', '00000000', '0201', 0)), null, 'nor one that rejects');
  t.same(defaultRouteIpv4(HEAD + route('ppp0', '00000000', '0001', 0)), { interface: 'ppp0', gateway: null });
  t.equal(defaultRouteIpv4(''), null);
});

t.test('the IPv6 default route is not the one that the kernel keeps on lo to reject', async (t) => {
  const reject = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo\n`;
  t.same(defaultRouteIpv6(reject + IPV6), { interface: 'eth1', gateway: null });
  t.equal(defaultRouteIpv6(reject), null);
});

t.test(
  'the address is the one that reaches the gateway, not a virtual address listed before it',
  async (t) => {
    const interfaces: Interfaces = { eth0: [ipv6('fe80::1'), ipv4('10.9.9.9', 32), ipv4('10.0.0.5', 24)] };
    const tables = { ipv4: HEAD + route('eth0', '0100000A', '0003', 0), ipv6: '' };
    t.equal(routeAddress(tables, interfaces), '10.0.0.5');
    t.equal(
      routeAddress({ ipv4: HEAD + route('eth0', '00000000', '0001', 0), ipv6: '' }, interfaces),
      '10.9.9.9',
    );
  },
);

t.test('a host with IPv6 only gives a global address, and one without a default route none', async (t) => {
  const interfaces: Interfaces = {
    eth1: [ipv6('fe80::2'), ipv6('fd00::5')],
    docker0: [ipv4('172.17.0.1', 16)],
  };
  t.equal(routeAddress({ ipv4: HEAD, ipv6: IPV6 }, interfaces), 'fd00::5');
  t.equal(routeAddress({ ipv4: HEAD, ipv6: '' }, interfaces), null);
});

t.test('the facts of this very host are read', async (t) => {
  const facts = await readHostFacts();
  const manifest: unknown = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  t.match(manifest, { version: facts.version });
  t.ok(facts.hostname.length > 0);
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  if (facts.address !== null) t.ok(own.includes(facts.address));
  if (facts.machineId !== null) t.match(facts.machineId, /^[0-9a-f]{32}$/);
});
