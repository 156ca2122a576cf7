/** One container of the fake engine, and what the engine tells of it. */
import type {
  ContainerDetail,
  ContainerState,
  CreateRequest,
  ListedContainer,
} from '../../../src/engine/engine.js';

export interface FakeContainer {
  readonly id: string;
  readonly request: CreateRequest;
  name: string;
  state: ContainerState;
  /** Counts its starts. */
  runs: number;
  startedAt: string | null;
  finishedAt: string | null;
  exitCode: number | null;
  /** What it has printed. */
  output: string;
  /** That its process was sent, in order. */
  readonly signals: string[];
}

/** Has a process, frozen or not. */
export function isUp({ state }: Pick<FakeContainer, 'state'>): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

export function listed(container: FakeContainer): ListedContainer {
  const { id, name, state, request } = container;
  const { image, publish } = request.shape;
  const publishedPorts = isUp(container) ? publish.map(({ port, protocol }) => ({ port, protocol })) : [];
  return { id, name, image, state, labels: { ...request.labels }, publishedPorts };
}

export function detailed(container: FakeContainer): ContainerDetail {
  const { id, state, startedAt, finishedAt, exitCode, request } = container;
  const running = isUp(container);
  return {
    id,
    state,
    pid: running ? 1000 + container.runs : 0,
    startedAt,
    finishedAt,
    exitCode: running ? null : exitCode,
    oomKilled: false,
    error: '',
    stopTimeout: Math.ceil(request.stopTimeout / 1000),
  };
}
