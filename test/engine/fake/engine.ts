/**
 * The fake engine behind the port, as one agent's process sees it: calls over a wire where things go wrong, and which
 * the process may not survive. Passes the contract of every engine.
 */
import type { CreateRequest, Engine, EngineVersion } from '../../../src/engine/engine.js';
import { runCommand, runToEnd } from './commands.js';
import type { FakeDaemon } from './daemon.js';
import { followFakeEvents } from './events.js';
import { type FakeVerb, isSlow } from './mishaps.js';
import * as refusals from './refusals.js';
import type { Timers } from './timers.js';
import type { Wire } from './wire.js';

/** A call as the engine got it. */
export interface FakeCall {
  readonly verb: FakeVerb;
  /** Container id, image, or the name that is created; empty where the call is about none. */
  readonly subject: string;
}

export interface FakeEngineOptions {
  readonly daemon: FakeDaemon;
  readonly wire: Wire;
  readonly timers: Timers;
  /** Told before a call has any effect. */
  readonly onCall?: (call: FakeCall) => void;
  /** Asked around each call, `before` its effect and `after`: true kills the process that calls. */
  readonly dies?: (call: FakeCall, when: 'before' | 'after') => boolean;
  /** Milliseconds from the stop signal to the end of the process; default 0. */
  readonly stopping?: (id: string) => number;
}

export interface FakeEngine extends Engine {
  /** The process that calls is killed: what the engine has been asked goes on, and no answer arrives any more. */
  die(): void;
}

const VERSION: EngineVersion = { version: '0.0.0-fake', api: '1.41' };
const NEVER = new Promise<never>(() => {});

export function openFakeEngine(options: FakeEngineOptions): FakeEngine {
  const { daemon, wire, timers, onCall, dies, stopping = () => 0 } = options;
  const closing = new AbortController();
  /** Of the calls that wait for their answer. */
  const callOff = new Set<() => void>();
  let dead = false;

  const survives = (call: FakeCall, when: 'before' | 'after'): boolean => {
    if (!dead && dies?.(call, when)) dead = true;
    return !dead;
  };

  /** One call: `act` is what the engine does, at once and whole, `takes` milliseconds after it was asked. */
  const call = async <T>(verb: FakeVerb, subject: string, act: () => T, takes = 0): Promise<T> => {
    if (dead) return NEVER;
    if (closing.signal.aborted) throw refusals.calledOff(verb);
    const made = { verb, subject };
    if (!survives(made, 'before')) return NEVER;
    onCall?.(made);
    let end = () => {};
    const answered = new Promise<T>((resolve, reject) => {
      end = () => reject(refusals.calledOff(verb));
      callOff.add(end);
      if (!wire.reachable) return reject(refusals.unreachable());
      const own = wire.latency(verb) + takes;
      const mishap = wire.mishaps.take(verb, subject) ?? isSlow([verb], own);
      const { happensAfter, answeredAfter, fault } = mishap;
      later(happensAfter, () => {
        try {
          const answer = act();
          if (fault === null) resolve(answer);
        } catch (error) {
          // What the engine can't do it refuses whatever is wrong on the way; whoever waits no longer does not hear.
          reject(error);
        }
        // The engine has done it and the process is killed before it hears of it.
        survives(made, 'after');
      });
      if (fault !== null) later(answeredAfter, () => reject(fault));
    });
    const heard = await answered.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    callOff.delete(end);
    if (dead) return NEVER;
    if ('error' in heard) throw heard.error;
    return heard.value;
  };
  const later = (milliseconds: number | null, job: () => void): void => {
    if (milliseconds === 0) job();
    else if (milliseconds !== null) timers.after(milliseconds, job);
  };
  const connect = () => call('connect', '', () => VERSION);

  return {
    connect,
    ping: () => call('ping', '', () => {}),
    list: () => call('list', '', () => daemon.list()),
    inspect: (id) => call('inspect', id, () => daemon.inspect(id)),
    hasImage: (reference) => call('hasImage', reference, () => daemon.hasImage(reference)),
    async pull(reference, progress, signal) {
      const calledOff = new Promise<never>((_, reject) => {
        const end = () => reject(refusals.calledOff('pull'));
        if (signal.aborted) end();
        signal.addEventListener('abort', end);
      });
      calledOff.catch(() => {});
      const pull = () => {
        daemon.pull(reference);
        progress(1);
      };
      await Promise.race([call('pull', reference, pull), calledOff]);
    },
    create: (request: CreateRequest) => call('create', request.name, () => daemon.create(request)),
    start: (id) => call('start', id, () => daemon.start(id)),
    stop: (id, timeout) => call('stop', id, () => daemon.stop(id), graceful(stopping(id), timeout)),
    restart: (id, timeout) => call('restart', id, () => daemon.restart(id), graceful(stopping(id), timeout)),
    rename: (id, name) => call('rename', id, () => daemon.rename(id, name)),
    remove: (id) => call('remove', id, () => daemon.remove(id)),
    unpause: (id) => call('unpause', id, () => daemon.unpause(id)),
    signal: (id, signal) => call('signal', id, () => daemon.signal(id, signal)),
    async runToEnd(id, signal) {
      const begun = await call('runToEnd', id, () => ({ ended: runToEnd(daemon, id, signal) }));
      const result = await begun.ended;
      return dead ? NEVER : result;
    },
    async exec(id, command, signal) {
      const begun = await call('exec', id, () => ({ ended: runCommand(daemon, id, { command, signal }) }));
      return begun.ended;
    },
    readFile: (id, path) => call('readFile', id, () => daemon.readFile(id, path)),
    ensureNetwork: (name, labels) => call('ensureNetwork', name, () => daemon.ensureNetwork(name, labels)),
    events: (handlers) => {
      const alive = () => !dead;
      return followFakeEvents({ connect, wire, timers, handlers, alive, closing: closing.signal });
    },
    close() {
      closing.abort();
      for (const end of callOff) end();
    },
    die() {
      dead = true;
    },
  };
}

/** A process that takes longer than it is given is killed. */
function graceful(takes: number, timeout: number | null): number {
  return timeout === null ? takes : Math.min(takes, timeout);
}
