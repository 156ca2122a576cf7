/**
 * One pull, read to its end. dockerode's own reader takes an error inside the stream, and a stream that ends early,
 * for success, and throws out of a callback on a line that is no JSON; so this one reads the lines itself.
 */
import type { Readable } from 'node:stream';
import { calledOff } from './call.js';
import { Fault, type PullProgress } from './engine.js';
import { classify, describe, type EngineCall, unreachable } from './fault.js';
import { isObject, lineSplitter, parseObject } from './lines.js';
import { progressMeter } from './progress.js';

export interface PullOrder {
  readonly call: EngineCall;
  /** Asks the engine for the pull, with the registry's credentials. */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
  /** Whether the image is there, asked after the last line. */
  readonly verify: () => Promise<boolean>;
  readonly progress: PullProgress;
  /** Milliseconds without any progress after which it is given up. */
  readonly stall: number;
  /** Each calls the pull off: the caller's, and the client's closing. */
  readonly signals: readonly AbortSignal[];
}

/** Resolves when the image is on the engine. Rejects with a Fault, at the latest one stall after the last progress. */
export async function pullImage(order: PullOrder): Promise<void> {
  const { call } = order;
  const giveUp = new AbortController();
  const { promise: gaveUp, reject: endWith } = rejectable();
  const end = (fault: Fault): void => {
    endWith(fault);
    giveUp.abort();
  };
  const onAbort = (): void => end(calledOff(call));
  const stalled = setTimeout(() => {
    // Docker 20.10 holds on to the download, and to one of its three places for them, until the registry moves.
    const words = `no progress for ${order.stall / 1000} s, given up; see that the registry answers, and if no pull gets on, restart dockerd`;
    end(new Fault('slow', 'later', describe(call, words)));
  }, order.stall);
  try {
    if (order.signals.some((signal) => signal.aborted)) throw calledOff(call);
    for (const signal of order.signals) signal.addEventListener('abort', onAbort);
    const read = async (): Promise<void> => {
      const stream = await order.open(giveUp.signal);
      await readPull({ stream, call, progress: order.progress, moved: () => void stalled.refresh() });
      stalled.refresh();
      if (!(await order.verify())) {
        throw new Fault(
          'failed',
          'later',
          describe(call, 'the engine reported success, but the image is not there'),
        );
      }
    };
    await Promise.race([read(), gaveUp]);
    order.progress(1);
  } catch (error) {
    throw classify(error, call);
  } finally {
    clearTimeout(stalled);
    for (const signal of order.signals) signal.removeEventListener('abort', onAbort);
    giveUp.abort();
  }
}

interface PullReading {
  readonly stream: Readable;
  readonly call: EngineCall;
  readonly progress: PullProgress;
  readonly moved: () => void;
}

/** Resolves at the stream's end if it told of success and of no error; rejects with a Fault. */
export function readPull({ stream, call, progress, moved }: PullReading): Promise<void> {
  return new Promise((resolve, reject) => {
    const meter = progressMeter();
    let error: string | null = null;
    let done = false;
    let told: number | null = null;
    const split = lineSplitter((text) => {
      const line = parseObject(text);
      if (line === null) return;
      error ??= errorOf(line);
      if (typeof line.status === 'string' && line.status.startsWith('Status: ')) done = true;
      if (meter.take(line)) moved();
      const share = meter.share();
      // 1 is told only after the image has been seen.
      if (share !== null && share !== told && share < 1) {
        told = share;
        progress(share);
      }
    });
    stream.on('data', split);
    stream.on('error', () => {
      // `close` follows and tells the same: it is the one signal that always comes.
    });
    stream.on('close', () => {
      if (error !== null) reject(classify(new Error(error), call));
      else if (done) resolve();
      else reject(unreachable(call, 'the pull broke off'));
    });
    if (stream.destroyed) reject(unreachable(call, 'the pull broke off'));
  });
}

function errorOf(line: Readonly<Record<string, unknown>>): string | null {
  const detail = isObject(line.errorDetail) ? line.errorDetail.message : undefined;
  if (typeof detail === 'string' && detail !== '') return detail;
  if (typeof line.error === 'string') return line.error;
  return line.error === undefined && line.errorDetail === undefined ? null : 'an error without a word';
}

function rejectable(): { readonly promise: Promise<never>; readonly reject: (fault: Fault) => void } {
  let reject: (fault: Fault) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // It is awaited in a race, which may have been decided before.
  promise.catch(() => undefined);
  return { promise, reject };
}
