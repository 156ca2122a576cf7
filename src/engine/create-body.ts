/** A container's shape as the body of Docker's create call. Pure: what is equal gives equal bodies, and a fresh one. */
import type { ContainerShape, VolumeDriver } from '../desired/desired.js';
import type { CreateRequest } from './engine.js';

/** Docker's own default keeps one log file without bound, which fills the disk of a host nobody looks at. */
const DEFAULT_LOGGING = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

const VOLUME_LABELS = ['io.katod.node', 'io.katod.component'];

/** Docker's JSON, without the name, which goes into the query. Absent fields leave the engine's or the image's default. */
export function createBody(request: CreateRequest): Readonly<Record<string, unknown>> {
  const { shape } = request;
  return {
    Image: shape.image,
    ...given('Cmd', shape.command?.slice()),
    ...given('Entrypoint', shape.entrypoint?.slice()),
    ...given('User', shape.user),
    ...given('WorkingDir', shape.workingDir),
    // With another container's network its host name comes along, and Docker refuses one of its own.
    ...given('Hostname', shape.network.startsWith('container:') ? undefined : shape.hostname),
    ...given('StopSignal', shape.stopSignal),
    // Docker counts whole seconds; half a second less than asked for would be a kill too early.
    StopTimeout: Math.ceil(request.stopTimeout / 1000),
    Env: Object.entries(shape.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...request.labels },
    // The agent probes; the image's own check would only cost an exec each period, and three events.
    Healthcheck: { Test: ['NONE'] },
    ExposedPorts: Object.fromEntries(shape.publish.map((port) => [`${port.target}/${port.protocol}`, {}])),
    HostConfig: hostConfig(request),
  };
}

function hostConfig(request: CreateRequest): Readonly<Record<string, unknown>> {
  const { shape } = request;
  return {
    NetworkMode: shape.network,
    // One owner of restarts: the agent. Docker's policy would fight it and hide crashes.
    RestartPolicy: { Name: 'no' },
    PortBindings: portBindings(shape),
    Mounts: mounts(request),
    Privileged: shape.privileged,
    ReadonlyRootfs: shape.readOnly,
    CapAdd: shape.capAdd.slice(),
    CapDrop: shape.capDrop.slice(),
    Ulimits: shape.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Sysctls: { ...shape.sysctls },
    Devices: shape.devices.map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
    Tmpfs: { ...shape.tmpfs },
    ExtraHosts: shape.extraHosts.slice(),
    Dns: shape.dns.slice(),
    LogConfig:
      shape.logging === null
        ? { Type: DEFAULT_LOGGING.Type, Config: { ...DEFAULT_LOGGING.Config } }
        : { Type: shape.logging.driver, Config: { ...shape.logging.options } },
    ...given('Init', shape.init),
    ...given('Memory', shape.memory),
    ...given('NanoCpus', shape.cpus === undefined ? undefined : Math.round(shape.cpus * 1e9)),
    ...given('PidMode', shape.pid),
    ...given('ShmSize', shape.shmSize),
  };
}

/** By the port inside, which may be published on several of the host. */
function portBindings(
  shape: ContainerShape,
): Readonly<Record<string, readonly { readonly HostPort: string }[]>> {
  const bindings: Record<string, { HostPort: string }[]> = {};
  for (const { port, target, protocol } of shape.publish) {
    const key = `${target}/${protocol}`;
    bindings[key] = [...(bindings[key] ?? []), { HostPort: String(port) }];
  }
  return bindings;
}

/**
 * Volumes, mounts and folders of files. `Mounts` and not `Binds`: there the engine refuses a missing host path with
 * a sentence, where `Binds` would make an empty folder of root's in its place.
 */
function mounts(request: CreateRequest): readonly Readonly<Record<string, unknown>>[] {
  const { shape, labels } = request;
  const volumeLabels = Object.fromEntries(
    Object.entries(labels).filter(([name]) => VOLUME_LABELS.includes(name)),
  );
  const bind = (source: string, target: string, readOnly: boolean) => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: { CreateMountpoint: false },
  });
  return [
    ...Object.entries(shape.volumes).map(([volume, target]) => ({
      Type: 'volume',
      Source: request.volumeName(volume),
      Target: target,
      ReadOnly: false,
      VolumeOptions: { Labels: { ...volumeLabels }, ...driverConfig(shape.volumeDrivers?.[volume]) },
    })),
    ...shape.mounts.map(({ source, target, readOnly }) => bind(source, target, readOnly)),
    // Writable: entrypoints change the owner of their configuration folder, and ZooKeeper writes its dynamic
    // configuration beside the file. The folder is this component's alone, and the agent writes its own files anew.
    ...[...request.fileFolders].map(([target, source]) => bind(source, target, false)),
  ];
}

function driverConfig(driver: VolumeDriver | undefined): Readonly<Record<string, unknown>> {
  return driver === undefined
    ? {}
    : { DriverConfig: { Name: driver.driver, Options: { ...driver.options } } };
}

/** The field, or nothing where there is no value: Docker reads an empty value as one. */
function given<T>(field: string, value: T | undefined): Readonly<Record<string, T>> {
  return value === undefined ? {} : { [field]: value };
}
