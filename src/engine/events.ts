/**
 * The engine's events, for ever: one subscription at a time, a ping beside it, and a fresh one after each loss.
 * Events are hints: the engine forgets them when it restarts, and drops them for slow readers.
 */
import type { Readable } from 'node:stream';
import type { Engine, EngineVersion, EventStream, Fault, FaultKind } from './engine.js';
import { classify, type EngineCall, unreachable } from './fault.js';
import { lineSplitter } from './lines.js';
import { readEvent } from './read-back.js';

/** The wait before another try doubles up to the longest; drawn evenly from it, a return is seen after 0.7 s in the mean. */
const SHORTEST_WAIT = 100;
const LONGEST_WAIT = 2000;

export interface Subscription {
  readonly call: EngineCall;
  readonly connect: () => Promise<EngineVersion>;
  /** Resolves when the engine has begun to answer. Has a deadline. */
  readonly open: () => Promise<Readable>;
  /** Has a deadline: an engine that hangs closes nothing. */
  readonly ping: () => Promise<void>;
  /** Milliseconds between two pings. */
  readonly pingEvery: number;
  /** Aborted when the engine's client is closed: closes the stream too. */
  readonly closing: AbortSignal;
  readonly handlers: Parameters<Engine['events']>[0];
}

export function followEvents(subscription: Subscription): EventStream {
  const { call, handlers } = subscription;
  const ended = new AbortController();
  let failures = 0;
  let lastTold: FaultKind | null = null;

  /** One subscription, from the first try to its loss, which it returns. */
  const once = async (): Promise<Fault> => {
    try {
      const version = await subscription.connect();
      const stream = await subscription.open();
      if (ended.signal.aborted) {
        stream.destroy();
        return unreachable(call, 'closed');
      }
      const lost = readUntilLost(stream, subscription, ended.signal);
      const since = performance.now();
      lastTold = null;
      handlers.onConnected(version);
      const fault = await lost;
      // An engine that takes calls and drops them at once is no reason to hammer it.
      if (performance.now() - since > LONGEST_WAIT) failures = 0;
      return fault;
    } catch (error) {
      return classify(error, call);
    }
  };

  const follow = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const fault = await once();
      if (ended.signal.aborted) return;
      // A loss is told once, and again when it has become another kind of loss; not at each try.
      if (fault.kind !== lastTold) handlers.onLost(fault);
      lastTold = fault.kind;
      const longest = Math.min(SHORTEST_WAIT * 2 ** failures, LONGEST_WAIT);
      failures += 1;
      await pause(SHORTEST_WAIT + Math.random() * (longest - SHORTEST_WAIT), ended.signal);
    }
  };
  const close = (): void => {
    subscription.closing.removeEventListener('abort', close);
    ended.abort();
  };
  if (subscription.closing.aborted) close();
  subscription.closing.addEventListener('abort', close);
  void follow();
  return { close };
}

/** Hands on events and pings until the stream closes, a ping fails, or `ended`; resolves with the reason. */
function readUntilLost(stream: Readable, subscription: Subscription, ended: AbortSignal): Promise<Fault> {
  const { call, handlers, pingEvery } = subscription;
  return new Promise((resolve) => {
    let reason: Fault | null = null;
    let timer: NodeJS.Timeout | null = null;
    const ping = async (): Promise<void> => {
      try {
        await subscription.ping();
        if (!stream.destroyed) timer = setTimeout(() => void ping(), pingEvery);
      } catch (error) {
        reason = classify(error, call);
        stream.destroy();
      }
    };
    timer = setTimeout(() => void ping(), pingEvery);
    const onEnded = (): void => void stream.destroy();
    ended.addEventListener('abort', onEnded);
    const onClose = (): void => {
      if (timer !== null) clearTimeout(timer);
      ended.removeEventListener('abort', onEnded);
      resolve(reason ?? unreachable(call, 'the stream of events broke off'));
    };
    // A killed daemon gives `error` and `close`, a stopped one may give `end` and `close`: only `close` always comes.
    stream.on('error', () => undefined);
    stream.on('close', onClose);
    stream.on(
      'data',
      lineSplitter((line) => {
        const event = ended.aborted ? null : readEvent(line);
        if (event !== null) handlers.onEvent(event);
      }),
    );
    if (stream.destroyed) onClose();
  });
}

function pause(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    ended.addEventListener('abort', done);
  });
}
