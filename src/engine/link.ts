/** The link to one engine: its clients, the API version they speak, and calls over them, each with a deadline. */
import { setMaxListeners } from 'node:events';
import type Docker from 'dockerode';
import type { Limits } from '../settings/settings.js';
import { type TimedCall, timedCall } from './call.js';
import { getJson, openClient, speakApi } from './client.js';
import { type EngineVersion, Fault } from './engine.js';
import { classify, describe, type EngineVerb } from './fault.js';
import { agreeOnApi, readVersion } from './version.js';

export interface Link {
  readonly address: string;
  /** For calls, each through `ask`. */
  readonly calls: Docker;
  /** For answers that last: whoever reads them watches over them. */
  readonly streams: Docker;
  /** Aborted by `close`. */
  readonly closing: AbortSignal;
  connect(): Promise<EngineVersion>;
  /** Agrees on a version unless that is done. */
  ready(): Promise<void>;
  ping(): Promise<void>;
  /** Describes a call; `extra` milliseconds come on top of the deadline of all. */
  call(verb: EngineVerb, object: string, extra?: number): TimedCall;
  /** The same on a container. Throws a Fault `gone` for what can't be an id or a name. */
  onContainer(verb: EngineVerb, id: string, extra?: number): TimedCall;
  /** Makes a call; agrees on a version before the first, and again after a loss. Rejects with a Fault. */
  ask<T>(call: TimedCall, make: (signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): void;
}

/** Dials nothing yet. Throws a Fault `refused` when the address is none. */
export function openLink(address: string, limits: Limits): Link {
  const closing = new AbortController();
  // Every call under way listens, and there are as many as there are components at work: no leak.
  setMaxListeners(0, closing.signal);
  const calls = openClient(address);
  const streams = openClient(address);
  // A daemon that was replaced by an older one refuses even the question which versions it knows in a newer one.
  const unversioned = openClient(address);
  let agreed: EngineVersion | null = null;

  const call: Link['call'] = (verb, object, extra = 0) => ({
    verb,
    object,
    deadline: limits.engineCall + extra,
    closing: closing.signal,
  });
  // dockerd answers an odd path with a redirect, and docker-modem, when it follows one over a unix socket, throws where
  // nothing can catch it: only what can be an id or a name goes into a path.
  const onContainer: Link['onContainer'] = (verb, id, extra) => {
    const described = call(verb, `container ${id}`, extra);
    if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(id)) return described;
    throw new Fault('gone', 'now', describe(described, 'no container can have that id'));
  };
  const connect = async (): Promise<EngineVersion> => {
    const answer = await timedCall(call('connect', address), (signal) =>
      getJson(unversioned, '/version', signal),
    );
    const offered = readVersion(answer);
    const api = agreeOnApi(offered, address);
    for (const client of [calls, streams]) speakApi(client, api);
    agreed = { version: offered.version, api };
    return agreed;
  };
  const ready = async (): Promise<void> => {
    if (agreed === null) await connect();
  };
  return {
    address,
    calls,
    streams,
    closing: closing.signal,
    connect,
    ready,
    call,
    onContainer,
    async ping() {
      await timedCall(call('ping', address), (signal) => getJson(unversioned, '/_ping', signal));
    },
    async ask(timed, make) {
      try {
        await ready();
        return await timedCall(timed, make);
      } catch (error) {
        const fault = classify(error, timed);
        // Whoever answers next may be another daemon.
        if (fault.kind === 'unreachable') agreed = null;
        throw fault;
      }
    },
    close: () => closing.abort(),
  };
}
