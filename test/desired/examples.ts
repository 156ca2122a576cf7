/** The shipped stacks with the values of an example cluster: what golden files and other tests render them with. */
import { join } from 'node:path';
import { loadCatalog } from '../../src/catalog/load.js';
import { combinationFault } from '../../src/catalog/role-faults.js';
import type { Stack } from '../../src/catalog/stack.js';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import type { Desired } from '../../src/desired/desired.js';
import { formEnsemble } from '../../src/desired/ensemble.js';
import { resolve } from '../../src/desired/resolve.js';

export const shipped = await loadCatalog(join(import.meta.dirname, '../../config'));

export interface Example {
  readonly stack: string;
  /** In front of the names of its golden files. Default: the stack. */
  readonly name?: string;
  /** Combinations of roles that have a golden file. */
  readonly golden: readonly (readonly string[])[];
  readonly params: Readonly<Record<string, string>>;
  /** Components that vote: their members are the first three nodes, or the only one. */
  readonly ensembles: readonly string[];
  /** Roles of which there is one node. */
  readonly alone?: readonly string[];
}

/** Images that the catalog leaves to a parameter. */
function images(...components: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(components.map((name) => [`image.${name}`, `example/${name}:1`]));
}

const core: Example = {
  stack: 'core',
  golden: [['master'], ['node'], ['edge'], ['standalone']],
  params: images('mesos-master', 'mesos-agent', 'marathon', 'registrator', 'dnsmasq'),
  ensembles: ['zookeeper', 'mesos-master'],
  alone: ['standalone'],
};

export const kato: Example = {
  stack: 'kato',
  golden: combinations(stackOf('kato')),
  params: {
    ...images(
      'mesos-master',
      'mesos-agent',
      'marathon',
      'mesos-dns',
      'dnsmasq',
      'mesos-master-exporter',
      'mesos-agent-exporter',
    ),
    domain: 'cell-1.dc-1.example.com',
    'mesos-dns.domain': 'cell-1.dc-1.mesos',
    'dns.upstream': '8.8.8.8',
    'ceph.fsid': '5f0b3a9e-6c1d-4a57-9b58-2f6f3f2f9d11',
    'ceph.osd.device': '/dev/sdb',
    'secret.ceph.mon': 'mon-key',
    'secret.ceph.admin': 'admin-key',
  },
  ensembles: ['zookeeper', 'mesos-master', 'ceph-mon'],
};

/** The second seed's layout: no role quorum, ZooKeeper on the masters. */
export const katoThree: Example = {
  ...kato,
  name: 'kato-three',
  golden: [['master']],
  params: { ...kato.params, 'zookeeper.role': 'master' },
};

/** "3 Masters + N slaves" of PanteraS' README, with its example of `restricted/host` as `katod import` reads it. */
export const panteras: Example = {
  stack: 'panteras',
  golden: [['master'], ['slave'], ['standalone'], ['master', 'slave']],
  params: {
    ...images('mesos-master', 'mesos-agent', 'marathon', 'chronos', 'registrator', 'dnsmasq'),
    ...images('consul-haproxy', 'keepalived', 'openvpn'),
    'consul.domain': 'cloudnil.com',
    'mesos.attributes': 'type:data',
    'mesos.removeDelay': '1mins',
    vip: '50.0.0.101',
  },
  ensembles: ['zookeeper', 'mesos-master', 'consul-server'],
  alone: ['standalone'],
};

/** What its README does not use. */
const panterasOptions: Example = {
  ...panteras,
  name: 'panteras-options',
  golden: [['standalone']],
  params: {
    ...panteras.params,
    listen: '0.0.0.0',
    dc: 'west',
    joinWan: '10.9.0.1,10.9.0.2',
    hostname: 'web-1.example.com',
    'mesos.hostname': 'web-1.example.com',
    'haproxy.domain': 'my.own.domain.com',
    registry: 'registry.example/panteras/',
    openvpn: 'true',
    'flags.consul': '-log-level=warn',
    'flags.marathon': '--enable_features external_volumes',
    'start.chronos': 'false',
  },
};

/** `Toots.conf` of Toots' README with all that is optional. */
const toots: Example = {
  stack: 'toots',
  golden: [
    ['master'],
    ['slave'],
    ['edge'],
    ['master', 'slave'],
    ['master', 'slave', 'edge'],
    ['slave', 'edge'],
  ],
  params: {
    ...images('mesos-master', 'mesos-agent', 'marathon', 'chronos', 'registrator', 'dnsmasq'),
    ...images('consul-haproxy', 'keepalived'),
    'consul.domain': 'cloudnil.com',
    'haproxy.domain': 'cloudnil.com',
    vip: '50.50.0.102',
    'vip.interface': 'eth1',
    nfs: '192.168.2.91:/store',
    registry: 'registry.super.com',
  },
  ensembles: ['zookeeper', 'mesos-master', 'consul-server'],
};

/** A slave with its menu's ticks: Persistent, and Internal DNS and Balancing. */
const tootsOptions: Example = {
  ...toots,
  name: 'toots-options',
  golden: [['slave']],
  params: {
    ...toots.params,
    balancing: 'true',
    'mesos.attributes': 'type:data',
    'register.masters': 'false',
  },
};

export const examples: readonly Example[] = [
  core,
  kato,
  katoThree,
  panteras,
  panterasOptions,
  toots,
  tootsOptions,
];

function stackOf(name: string): Stack {
  const stack = shipped.stacks.get(name);
  if (stack === undefined) throw new Error(`there is no stack ${name} that can be read`);
  return stack;
}

/** Every set of the stack's roles that a node may have, the small ones first. */
export function combinations(stack: Stack): readonly (readonly string[])[] {
  let all: readonly (readonly string[])[] = [[]];
  for (const role of stack.roles.keys()) all = [...all, ...all.map((set) => [...set, role])];
  return all
    .filter((set) => set.length > 0 && combinationFault(set, stack) === null)
    .sort((one, other) => one.length - other.length);
}

/**
 * What is desired on web-1 (10.0.0.5). Where the roles are of several nodes, web-2 and web-3 have them too; web-4 to web-6 have
 * the roles of the stack that are left.
 */
export function desiredFor(
  { stack, params, ensembles, alone = [] }: Example,
  roles: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Extract<Desired, { known: true }> {
  const first = roles.some((role) => alone.includes(role)) ? ['web-1'] : ['web-1', 'web-2', 'web-3'];
  const rest = [...stackOf(stack).roles.keys()].filter((role) => !roles.includes(role));
  const members = [...first, 'web-4', 'web-5', 'web-6'].map((name) => {
    const address = `10.0.0.${4 + Number(name.slice(4))}`;
    return [name, { name, address, hostname: name, roles: first.includes(name) ? roles : rest }] as const;
  });
  const ensemble = formEnsemble(first);
  const desired = resolve({
    catalog: shipped,
    accepted: {
      ...NOTHING_ACCEPTED,
      ensembles: Object.fromEntries(ensembles.map((component) => [component, ensemble])),
      members: Object.fromEntries(members),
      assignment: { stack, roles },
      params: { cluster: { ...params, ...more }, node: {} },
    },
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web-1' },
    from: 'etcd',
  });
  if (!desired.known) throw new Error(desired.why);
  return desired;
}
