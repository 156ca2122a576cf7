/** One call to the engine with a deadline of its own, whose failure is a Fault. */
import { Fault } from './engine.js';
import { classify, describe, type EngineCall, tooSlow } from './fault.js';

export interface TimedCall extends EngineCall {
  /** Milliseconds. */
  readonly deadline: number;
  /** Aborted when the engine's client is closed. */
  readonly closing: AbortSignal;
}

/**
 * Settles by the deadline, come what may. Aborting the request is not enough for that: docker-modem never calls back
 * when the connection breaks in the middle of an answer, and some of its calls ignore the signal.
 */
export function timedCall<T>(call: TimedCall, make: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (fault: Fault): void => {
      settle();
      reject(fault);
      giveUp.abort();
    };
    const onClosing = (): void => end(calledOff(call));
    const timer = setTimeout(() => end(tooSlow(call, call.deadline)), call.deadline);
    const settle = (): void => {
      clearTimeout(timer);
      call.closing.removeEventListener('abort', onClosing);
    };
    if (call.closing.aborted) return onClosing();
    call.closing.addEventListener('abort', onClosing);
    make(giveUp.signal).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(classify(error, call));
      },
    );
  });
}

/** The agent itself ended the call. */
export function calledOff(call: EngineCall): Fault {
  return new Fault('failed', 'later', describe(call, 'called off'));
}
