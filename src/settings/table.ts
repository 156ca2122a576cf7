/**
 * Every setting there is: the contract's section 2. To add one, add its row here and its field to `Settings`; file,
 * flag, variable, help and messages follow from the row.
 */
import { isName } from '../catalog/name.js';
import { dockerHost, etcdEndpoints, listenAddress } from './endpoints.js';
import * as policy from './policy-values.js';
import { shippedCatalog } from './program.js';
import { bad, good, type HostDefaults, type Parsed, type Row, row } from './row.js';
import * as value from './values.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

// One row a line, so that the table reads as one.
// biome-ignore format: a table
export const table = {
  node: row({ key: 'node', flag: 'node', fallback: hostName, parse: value.name, placeholder: 'NAME', help: 'name of this node; default: the host name' }),
  address: row({ key: 'address', flag: 'address', fallback: hostAddress, parse: value.ipAddress, placeholder: 'IP', help: 'address of this node; default: that of the interface of the default route' }),
  store: row({ key: 'store', flag: 'store', fallback: 'etcd', parse: value.store, placeholder: 'STORE', help: 'where the desired state is read from: etcd, or file:PATH' }),
  etcdEndpoints: row({ key: 'etcd.endpoints', flag: 'etcd', fallback: 'http://127.0.0.1:2379', parse: etcdEndpoints, placeholder: 'URLS', help: 'endpoints of etcd, several with commas' }),
  etcdPrefix: row({ key: 'etcd.prefix', flag: 'prefix', fallback: '/katod', parse: value.prefix, placeholder: 'PREFIX', help: 'prefix of all keys in etcd' }),
  etcdCa: row({ key: 'etcd.ca', flag: 'etcd-ca', fallback: '', parse: value.optionalPath, placeholder: 'FILE', help: "CA of etcd's certificates; default: those that the system trusts" }),
  etcdCert: row({ key: 'etcd.cert', flag: 'etcd-cert', fallback: '', parse: value.optionalPath, placeholder: 'FILE', help: 'client certificate for etcd' }),
  etcdKey: row({ key: 'etcd.key', flag: 'etcd-key', fallback: '', parse: value.optionalPath, placeholder: 'FILE', help: 'key of the client certificate' }),
  etcdUsername: row({ key: 'etcd.username', flag: 'etcd-username', fallback: '', parse: value.userName, placeholder: 'NAME', help: 'user of etcd' }),
  etcdPasswordFile: row({ key: 'etcd.passwordFile', flag: 'etcd-password-file', fallback: '', parse: value.optionalPath, placeholder: 'FILE', help: "file with that user's password" }),
  docker: row({ key: 'docker', flag: 'docker', borrowed: ['DOCKER_HOST'], fallback: 'unix:///var/run/docker.sock', parse: dockerHost, placeholder: 'URL', help: 'where the Docker Engine answers' }),
  listen: row({ key: 'listen', flag: 'listen', fallback: '127.0.0.1:7117', parse: listenAddress, placeholder: 'ADDRESS', help: 'where the agent answers: HOST:PORT or unix:PATH' }),
  hostNames: row({ key: 'hostNames', flag: 'host-names', fallback: '', parse: value.hostNames, placeholder: 'NAMES', help: 'further Host names the agent answers to, with commas' }),
  stateDir: row({ key: 'stateDir', flag: 'state-dir', fallback: '/var/lib/katod', parse: value.stateFolder, placeholder: 'PATH', help: 'folder of what the agent must not forget' }),
  catalog: row({ key: 'catalog', flag: 'catalog', fallback: shippedCatalog, parse: value.path, placeholder: 'PATH', help: 'folder of the catalog; default: the shipped one' }),
  stack: row({ key: 'stack', flag: 'stack', fallback: 'core', parse: value.name, placeholder: 'NAME', help: 'stack of the catalog, where the store names none' }),
  resync: row({ key: 'resync', flag: 'resync', fallback: '30s', parse: value.duration(second, hour), placeholder: 'DURATION', help: 'how often everything is looked at again' }),
  containerPrefix: row({ key: 'containerPrefix', flag: 'container-prefix', fallback: 'katod-', parse: value.containerPrefix, placeholder: 'TEXT', help: 'beginning of the names of containers and volumes' }),
  logLevel: row({ key: 'logLevel', flag: 'log-level', fallback: 'info', parse: value.logLevel, placeholder: 'LEVEL', help: 'trace, debug, info, warn, error, fatal or silent' }),
  engineCall: row({ key: 'limits.engineCall', flag: null, fallback: '10s', parse: value.duration(100, 10 * minute), placeholder: 'DURATION', help: 'deadline of one call to the engine' }),
  enginePing: row({ key: 'limits.enginePing', flag: null, fallback: '10s', parse: value.duration(100, 10 * minute), placeholder: 'DURATION', help: 'between two pings of the engine' }),
  pullStall: row({ key: 'limits.pullStall', flag: null, fallback: '2m', parse: value.duration(second, hour), placeholder: 'DURATION', help: 'a pull in which nothing moves for so long is given up' }),
  pulls: row({ key: 'limits.pulls', flag: null, fallback: '2', parse: value.count(1, 100), placeholder: 'NUMBER', help: 'pulls at once' }),
  pullMin: row({ key: 'limits.pullMin', flag: null, fallback: '10s', parse: value.duration(100, hour), placeholder: 'DURATION', help: 'first wait after a failed pull, doubling' }),
  pullMax: row({ key: 'limits.pullMax', flag: null, fallback: '5m', parse: value.duration(100, 24 * hour), placeholder: 'DURATION', help: 'longest wait after a failed pull' }),
  pullRecheck: row({ key: 'limits.pullRecheck', flag: null, fallback: '1h', parse: value.duration(second, 7 * 24 * hour), placeholder: 'DURATION', help: 'wait after a pull that was refused for good' }),
  pullSpread: row({ key: 'limits.pullSpread', flag: null, fallback: '5s', parse: value.duration(0, hour), placeholder: 'DURATION', help: 'over which the nodes spread pulls of what replaces a working container' }),
  storeCall: row({ key: 'limits.storeCall', flag: null, fallback: '5s', parse: value.duration(100, 10 * minute), placeholder: 'DURATION', help: 'deadline of one call to the store' }),
  storeRelist: row({ key: 'limits.storeRelist', flag: null, fallback: '5m', parse: value.duration(second, 24 * hour), placeholder: 'DURATION', help: 'between two full lists of the store' }),
  policyImages: row({ key: 'policy.images', flag: null, fallback: '*', parse: policy.images, placeholder: 'PATTERNS', help: 'repositories of images that the store may name' }),
  policyPrivileged: row({ key: 'policy.privileged', flag: null, fallback: '', parse: policy.components, placeholder: 'COMPONENTS', help: 'components that the store may make privileged' }),
  policyHostPid: row({ key: 'policy.hostPid', flag: null, fallback: '', parse: policy.components, placeholder: 'COMPONENTS', help: "components that the store may give the host's process table" }),
  policyHostPaths: row({ key: 'policy.hostPaths', flag: null, fallback: '', parse: policy.paths, placeholder: 'PATHS', help: 'folders of the host that the store may mount' }),
  policyDevices: row({ key: 'policy.devices', flag: null, fallback: '', parse: policy.paths, placeholder: 'PATHS', help: 'devices that the store may give' }),
  policyCapabilities: row({ key: 'policy.capabilities', flag: null, fallback: '', parse: policy.capabilities, placeholder: 'NAMES', help: 'capabilities that the store may add' }),
  policyOverride: row({ key: 'policy.override', flag: null, fallback: '', parse: policy.components, placeholder: 'COMPONENTS', help: 'shipped components with rights whose program the store may change' }),
};

export type SettingName = keyof typeof table;

/** What the texts of the settings are read as. */
export type Values = {
  readonly [Name in SettingName]: (typeof table)[Name] extends Row<infer Value> ? Value : never;
};

/** The names of all settings, in the order of the table. */
export const settingNames = Object.keys(table) as readonly SettingName[];

async function hostName(host: HostDefaults): Promise<Parsed<string>> {
  const found = host.hostName().toLowerCase();
  if (isName(found)) return good(found);
  return bad(`the host name "${found}" can't be a node's name: set \`node\`, --node or KATOD_NODE`);
}

async function hostAddress(host: HostDefaults): Promise<Parsed<string>> {
  const found = await host.address();
  if (found !== null) return good(found);
  return bad(
    'this host has no default route to tell its address by: set `address`, --address or KATOD_ADDRESS',
  );
}
