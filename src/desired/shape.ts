/** From a rendered and checked definition to what a container is made of. */
import type { DefinitionText } from '../catalog/definition.js';
import type { PortText } from '../catalog/leaf.js';
import type { ContainerShape, HostPort, PublishedPort, VolumeDriver } from './desired.js';
import { folderOf, liveFolders, type SortedFiles } from './files.js';

export function shapeOf(text: DefinitionText, image: string, files: SortedFiles): ContainerShape {
  const network = text.network ?? 'host';
  return {
    image,
    ...present('command', text.command),
    ...present('entrypoint', text.entrypoint),
    ...present('user', text.user),
    ...present('workingDir', text.workingDir),
    ...present('hostname', text.hostname),
    ...present('init', text.init),
    env: text.env ?? {},
    network,
    publish: network === 'host' ? [] : (text.ports ?? []).map(published),
    volumes: text.volumes ?? {},
    ...present('volumeDrivers', volumeDrivers(text)),
    mounts: (text.mounts ?? []).map((mount) => ({ ...mount, readOnly: mount.readOnly ?? false })),
    files: files.made,
    ...present('liveFolders', liveFolders(files.live)),
    ...present('memory', text.memory),
    ...present('cpus', text.cpus),
    ulimits: Object.entries(text.ulimits ?? {})
      .map(([name, limit]) => ({ name, ...limit }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    sysctls: text.sysctls ?? {},
    capAdd: text.capAdd ?? [],
    capDrop: text.capDrop ?? [],
    privileged: text.privileged ?? false,
    ...present('pid', text.pid),
    devices: text.devices ?? [],
    tmpfs: text.tmpfs ?? {},
    ...present('shmSize', text.shmSize),
    readOnly: text.readOnly ?? false,
    extraHosts: text.extraHosts ?? [],
    dns: text.dns ?? [],
    logging:
      text.logging === undefined
        ? null
        : { driver: text.logging.driver, options: text.logging.options ?? {} },
    ...present('stopSignal', text.stop?.signal),
  };
}

function volumeDrivers({ volumeDrivers: drivers }: DefinitionText): ContainerShape['volumeDrivers'] {
  if (drivers === undefined || Object.keys(drivers).length === 0) return undefined;
  const all = Object.entries(drivers).map(([volume, { driver, options = {} }]): [string, VolumeDriver] => [
    volume,
    { driver, options },
  ]);
  return Object.fromEntries(all);
}

/** Networks that every engine has. */
const BUILT_IN = new Set(['host', 'bridge', 'none', 'default']);

/** The name of a network that has to be made where it is missing; null: its network is always there. */
export function networkNeeded({ network }: ContainerShape): string | null {
  return BUILT_IN.has(network) ? null : network;
}

/** Ports of the host that must be free. */
export function hostPortsOf(text: DefinitionText): readonly HostPort[] {
  const ports = (text.ports ?? []).map(({ port, protocol }) => ({ port, protocol }));
  return ports.filter((one, index) => ports.findIndex((other) => samePort(one, other)) === index);
}

function samePort(one: HostPort, other: HostPort): boolean {
  return one.port === other.port && one.protocol === other.protocol;
}

/** What the schema can't see: keys that don't go together, as path and sentence. */
export function contradictions(
  text: DefinitionText,
): readonly (readonly [readonly (string | number)[], string])[] {
  const network = text.network ?? 'host';
  const ports = (text.ports ?? []).flatMap((port, index) =>
    portFault(port, network).map((fault) => [['ports', index], fault] as const),
  );
  const { min = 0, max = Number.POSITIVE_INFINITY } = text.restart ?? {};
  const backoff = min > max ? [[['restart', 'min'], 'is longer than restart.max'] as const] : [];
  const { volume = null } = text.ensembleId ?? {};
  const named: readonly (readonly [readonly string[], string])[] = [
    ...(volume === null ? [] : [[['ensembleId', 'volume'], volume] as const]),
    ...Object.keys(text.volumeDrivers ?? {}).map((name) => [['volumeDrivers', name], name] as const),
  ];
  const lost = named
    .filter(([, name]) => !Object.hasOwn(text.volumes ?? {}, name))
    .map(([path, name]) => [path, `there is no volume ${name} among volumes`] as const);
  return [...ports, ...backoff, ...lost, ...targetFaults(text)];
}

function portFault(port: PortText, network: string): readonly string[] {
  if (network === 'none') return ['a container without a network has no ports'];
  if (network === 'host' && port.target !== null)
    return ["with the host's network a port can't be mapped: give one number"];
  if (network !== 'host' && port.target === null)
    return ['with a network of its own a port is given as HOST:CONTAINER, such as 8080:80'];
  return [];
}

/** Folders that the image itself needs. */
const SYSTEM = new Set([
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/lib',
  '/usr/sbin',
  '/var',
]);

function targetFaults(text: DefinitionText): readonly (readonly [readonly (string | number)[], string])[] {
  const taken = new Map<string, string>();
  const files = new Set<string>();
  const faults: (readonly [readonly (string | number)[], string])[] = [];
  const take = (path: readonly (string | number)[], target: string, by: string) => {
    const other = taken.get(target);
    if (other !== undefined && !(by === 'files' && other === 'files'))
      faults.push([path, `${target} is mounted already, by ${other}`]);
    else taken.set(target, by);
  };
  for (const [volume, target] of Object.entries(text.volumes ?? {}))
    take(['volumes', volume], target, `volumes.${volume}`);
  for (const [index, { target }] of (text.mounts ?? []).entries())
    take(['mounts', index, 'target'], target, `mounts[${index}]`);
  for (const target of Object.keys(text.tmpfs ?? {})) take(['tmpfs', target], target, 'tmpfs');
  for (const [index, { target }] of (text.files ?? []).entries()) {
    const folder = folderOf(target);
    const path = ['files', index, 'target'];
    if (SYSTEM.has(folder))
      faults.push([path, `all of ${folder} would be mounted over: give the file a folder of its own`]);
    else if (files.has(target)) faults.push([path, `${target} is written already by an earlier file`]);
    else take(path, folder, 'files');
    files.add(target);
  }
  return faults;
}

function published({ port, target, protocol }: PortText): PublishedPort {
  return { port, target: target ?? port, protocol };
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
