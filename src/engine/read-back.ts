/** What Docker answers to list, inspect and events, as the port's plain data. Pure. */
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { ContainerDetail, ContainerState, EngineEvent, ListedContainer } from './engine.js';
import { isObject, parseObject } from './lines.js';

const STATES: readonly ContainerState[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

/** One line of the list. Engines list half-removed containers with null names, ports and labels. */
export function listed(info: ContainerInfo): ListedContainer {
  const ports = new Map<string, { readonly port: number; readonly protocol: string }>();
  for (const { PublicPort: port, Type: protocol } of info.Ports ?? []) {
    // Listed once for IPv4 and once for IPv6.
    if (port) ports.set(`${port}/${protocol}`, { port, protocol });
  }
  // A legacy link gives a second name, `/other/alias`.
  const own = (info.Names ?? []).find((name) => name.lastIndexOf('/') === 0) ?? '';
  return {
    id: info.Id,
    name: own.slice(1),
    image: info.Image,
    state: stateOf(info.State),
    labels: info.Labels ?? {},
    publishedPorts: [...ports.values()],
  };
}

export function detailed(info: ContainerInspectInfo): ContainerDetail {
  const { State: state } = info;
  const finishedAt = moment(state.FinishedAt);
  const stopTimeout: unknown = Reflect.get(info.Config, 'StopTimeout');
  return {
    id: info.Id,
    state: stateOf(state.Status),
    pid: state.Pid,
    startedAt: moment(state.StartedAt),
    finishedAt,
    exitCode: state.Running || finishedAt === null ? null : state.ExitCode,
    oomKilled: state.OOMKilled,
    error: state.Error,
    stopTimeout: typeof stopTimeout === 'number' ? stopTimeout : null,
  };
}

/** A state of some newer engine is one to wait through, like the one between two runs. */
function stateOf(word: string): ContainerState {
  return STATES.find((state) => state === word) ?? 'restarting';
}

/** Go's zero time stands for never. */
function moment(time: string): string | null {
  return time === '' || time.startsWith('0001-01-01T') ? null : time;
}

/**
 * An event, or null for a line that is none or tells nothing: a health check of somebody's container makes three
 * `exec_…` events each time, with its command line in them, and never changes what runs.
 */
export function readEvent(line: string): EngineEvent | null {
  const event = parseObject(line);
  if (event === null || typeof event.Action !== 'string' || event.Action.startsWith('exec_')) return null;
  // Type, Action and Actor only: the older `status` and `id` are gone from API 1.52 on.
  const id = isObject(event.Actor) && typeof event.Actor.ID === 'string' ? event.Actor.ID : '';
  return { kind: kindOf(event.Type), action: event.Action, id };
}

function kindOf(type: unknown): EngineEvent['kind'] {
  switch (type) {
    case 'container':
    case 'image':
    case 'network':
    case 'volume':
      return type;
    default:
      return 'other';
  }
}
