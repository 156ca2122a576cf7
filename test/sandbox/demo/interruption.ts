/** Ctrl-C and its like: asked for once, however often it comes. */
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted when somebody wants the end. */
  readonly signal: AbortSignal;
  /** Resolves then, with the exit code that says so. */
  readonly happened: Promise<number>;
  /** From now on a parent that goes away is no interruption. */
  staysAlone(): void;
  close(): void;
}

/** A screen that has gone away (a closed pipe) and a parent that has died are interruptions too. */
export function listenForInterruption(screen: NodeJS.WriteStream): Interruption {
  const controller = new AbortController();
  let tell: (code: number) => void = () => {};
  const happened = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const on = (signal: NodeJS.Signals) => {
    controller.abort(new Error(`interrupted by ${signal}`));
    tell(128 + (constants.signals[signal] ?? 0));
  };
  const onHangUp = () => on('SIGHUP');
  const onClosedPipe = () => on('SIGPIPE');
  for (const signal of signals) process.on(signal, on);
  process.on('disconnect', onHangUp);
  screen.on('error', onClosedPipe);
  return {
    signal: controller.signal,
    happened,
    staysAlone: () => process.off('disconnect', onHangUp),
    close() {
      for (const signal of signals) process.off(signal, on);
      process.off('disconnect', onHangUp);
    },
  };
}
