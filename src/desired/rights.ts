/** What a container may do to its host beyond what any container may: read off what it is made of. */
import type { ContainerShape, Device, Mount, VolumeDriver } from './desired.js';

/** A key of the settings' `policy`. */
export type Rule = 'privileged' | 'hostPid' | 'hostPaths' | 'devices' | 'capabilities';

export interface Right {
  readonly rule: Rule;
  /** The path, the device or the capability; empty where there is only one. */
  readonly what: string;
  /** Key of the definition that asks for it. */
  readonly key: string;
  /** All that is taken, word by word: another who has all these has this right. */
  readonly takes: readonly string[];
}

export function rightsOf(shape: ContainerShape): readonly Right[] {
  const { privileged, pid, mounts, devices, capAdd, logging, volumeDrivers = {} } = shape;
  return [
    ...(privileged
      ? [{ rule: 'privileged' as const, what: '', key: 'privileged', takes: ['privileged'] }]
      : []),
    ...(pid === undefined ? [] : [{ rule: 'hostPid' as const, what: '', key: 'pid', takes: [`pid ${pid}`] }]),
    ...mounts.map(mountRight),
    ...Object.entries(volumeDrivers).flatMap(([volume, driver]) => volumeRight(volume, driver)),
    ...devices.map(deviceRight),
    ...capAdd.map(capabilityRight),
    ...Object.entries(logging?.options ?? {}).flatMap(([option, value]) => logRight(option, value)),
  ];
}

/** The capabilities that Docker gives to every container. */
const EVERYBODYS = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['NET_RAW', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** Rights that not every container has: a capability that is only given back after `capDrop: [ALL]` is none. */
export function powersOf(shape: ContainerShape): readonly Right[] {
  return rightsOf(shape).filter(({ rule, what }) => rule !== 'capabilities' || !EVERYBODYS.has(what));
}

function mountRight({ source, target, readOnly }: Mount): Right {
  const words = `mount ${source} ${target}`;
  const takes = readOnly ? [words] : [words, `${words} write`];
  return { rule: 'hostPaths', what: source, key: 'mounts', takes };
}

/**
 * The engine, as root, mounts what a volume's options say, a folder of the host too: `type: none` with `o: bind`, or an
 * overlay of it. A share of NFS is none of the host.
 */
function volumeRight(volume: string, { driver, options }: VolumeDriver): readonly Right[] {
  const { type = '', device = '', o = '' } = options;
  const binds = o.split(',').some((word) => /^(r?bind|move|remount)$/.test(word.trim()));
  if (driver === 'local' && /^nfs4?$/.test(type) && !device.startsWith('/') && !binds) return [];
  const said = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const takes = [`volume ${volume} ${driver} ${said.sort().join(' ')}`];
  return [{ rule: 'hostPaths', what: device.startsWith('/') ? device : '/', key: 'volumeDrivers', takes }];
}

function deviceRight({ source, target, permissions }: Device): Right {
  const takes = [...permissions].map((letter) => `device ${source} ${target} ${letter}`);
  return { rule: 'devices', what: source, key: 'devices', takes };
}

/** Docker takes a capability with and without `CAP_`. */
function capabilityRight(capability: string): Right {
  const what = capability.replace(/^CAP_/, '');
  return { rule: 'capabilities', what, key: 'capAdd', takes: [`capability ${what}`] };
}

/** The engine, as root, opens what a log driver's option names: `unix:///dev/log`, or the file of a certificate. */
function logRight(option: string, value: string): readonly Right[] {
  const [, socket, file] = /^unix(?:gram|packet)?:(?:\/\/)?(.*)$|^(?:file:\/\/)?(\/.*)$/.exec(value) ?? [];
  const what = socket ?? file;
  if (what === undefined) return [];
  return [{ rule: 'hostPaths', what, key: 'logging', takes: [`log ${option} ${value}`] }];
}
