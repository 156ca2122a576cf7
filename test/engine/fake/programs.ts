/** What the processes of the fake engine's containers do: they run until they are stopped, or end by themselves. */
import type { ContainerShape } from '../../../src/desired/desired.js';
import type { FakeDaemon } from './daemon.js';
import type { Timers } from './timers.js';

/** Milliseconds from its start, the exit code, and what it prints. */
export interface End {
  readonly after: number;
  readonly code: number;
  readonly words?: string;
}

/** `endOf` is asked at each start; null: this run does not end by itself. */
export function runPrograms(
  daemon: FakeDaemon,
  timers: Timers,
  endOf: (shape: ContainerShape) => End | null,
): void {
  daemon.listen(({ kind, action, id }) => {
    const container = daemon.containers().find((one) => one.id === id);
    if (kind !== 'container' || action !== 'start' || container === undefined) return;
    const end = endOf(container.request.shape);
    const { runs } = container;
    if (end === null) return;
    timers.after(end.after, () => {
      const sameRun = container.runs === runs && container.state === 'running';
      if (sameRun && daemon.containers().includes(container)) daemon.exit(id, end.code, end.words);
    });
  });
}
