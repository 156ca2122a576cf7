/** One agent's subscription to the fake engine's events: anew after each loss, for ever. */
import type { Engine, EngineVersion, EventStream, FaultKind } from '../../../src/engine/engine.js';
import { Fault } from '../../../src/engine/engine.js';
import { unreachable } from './refusals.js';
import type { Timers } from './timers.js';
import type { Wire } from './wire.js';

/** Milliseconds from a loss to the next try. */
const TRY_AGAIN = 100;

export interface FakeSubscription {
  readonly connect: () => Promise<EngineVersion>;
  readonly wire: Wire;
  readonly timers: Timers;
  readonly handlers: Parameters<Engine['events']>[0];
  /** Whether the process that listens lives. */
  readonly alive: () => boolean;
  readonly closing: AbortSignal;
}

export function followFakeEvents({
  connect,
  wire,
  timers,
  handlers,
  alive,
  closing,
}: FakeSubscription): EventStream {
  let closed = false;
  let leave = () => {};
  let lastTold: FaultKind | null = null;
  const listens = () => !closed && !closing.aborted && alive();

  const lose = (fault: Fault) => {
    if (!listens()) return;
    // A loss is told once, and again when it has become another kind of loss.
    if (fault.kind !== lastTold) handlers.onLost(fault);
    lastTold = fault.kind;
    timers.after(TRY_AGAIN, () => void subscribe());
  };
  const subscribe = async (): Promise<void> => {
    if (!listens()) return;
    try {
      const version = await connect();
      if (!listens()) return;
      leave = wire.subscribe({
        onEvent: (event) => {
          if (listens()) handlers.onEvent(event);
        },
        onCut: () => lose(unreachable()),
      });
      lastTold = null;
      handlers.onConnected(version);
    } catch (error) {
      lose(error instanceof Fault ? error : unreachable());
    }
  };
  void subscribe();
  return {
    close() {
      closed = true;
      leave();
    },
  };
}
