/** Builders for what the engine's tests create. */
import type { ContainerShape } from '../../src/desired/desired.js';
import type { CreateRequest } from '../../src/engine/engine.js';
import type { Limits } from '../../src/settings/settings.js';

/** The defaults of the contract. */
export const limits: Limits = {
  engineCall: 10_000,
  enginePing: 10_000,
  pullStall: 120_000,
  pulls: 2,
  pullMin: 10_000,
  pullMax: 300_000,
  pullRecheck: 3_600_000,
  pullSpread: 5_000,
  storeCall: 5000,
  storeRelist: 300_000,
};

export function shapeOf(image: string, changes: Partial<ContainerShape> = {}): ContainerShape {
  return {
    image,
    env: {},
    network: 'host',
    publish: [],
    volumes: {},
    mounts: [],
    files: [],
    ulimits: [],
    sysctls: {},
    capAdd: [],
    capDrop: [],
    privileged: false,
    devices: [],
    tmpfs: {},
    readOnly: false,
    extraHosts: [],
    dns: [],
    logging: null,
    ...changes,
  };
}

export function requestOf(
  name: string,
  shape: ContainerShape,
  changes: Partial<CreateRequest> = {},
): CreateRequest {
  return {
    name,
    labels: {},
    shape,
    fileFolders: new Map(),
    volumeName: (volume) => `${name}-${volume}`,
    stopTimeout: 1000,
    ...changes,
  };
}
