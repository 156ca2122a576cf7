/**
 * Docker behind the port: each verb one call with a deadline, and what is "already so" a success. Loads dockerode,
 * which is heavy: import this file lazily.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Limits } from '../settings/settings.js';
import { unlessAlready, unlessFault } from './already.js';
import { type TimedCall, timedCall } from './call.js';
import { createBody } from './create-body.js';
import type { Credentials } from './credentials.js';
import { type Engine, Fault, type ListedContainer } from './engine.js';
import { followEvents } from './events.js';
import { execVerb } from './exec.js';
import type { EngineVerb } from './fault.js';
import { asReadable, imageVerbs } from './images.js';
import { type Link, openLink } from './link.js';
import { networkVerb } from './networks.js';
import { detailed, listed } from './read-back.js';
import { readFileVerb } from './read-file.js';
import { runToEndVerb } from './run-to-end.js';

export interface DockerSettings {
  /** `unix:///path`, `tcp://host:port` or `http(s)://host:port`. */
  readonly address: string;
  readonly limits: Limits;
  /** For registries; default none. */
  readonly credentials?: Pick<Credentials, 'find'>;
}

/** So often, with so many milliseconds between, is looked whether a removal that is under way has ended. */
const REMOVAL_LOOKS = 10;
const REMOVAL_WAIT = 100;

/** Milliseconds from stop signal to kill where a container names none. */
const DEFAULT_STOP = 10_000;

/** Dials nothing yet. Throws a Fault `refused` when the address is none. */
export function openDocker({ address, limits, credentials }: DockerSettings): Engine {
  const link = openLink(address, limits);

  const look = async (id: string, verb: EngineVerb = 'inspect'): Promise<Docker.ContainerInspectInfo> => {
    const call = link.onContainer(verb, id);
    return link.ask(call, (abortSignal) => link.calls.getContainer(id).inspect({ abortSignal }));
  };
  const act = async (
    call: TimedCall,
    id: string,
    make: (container: Docker.Container, abortSignal: AbortSignal) => Promise<unknown>,
  ): Promise<void> => {
    await link.ask(call, async (signal) => {
      try {
        await make(link.calls.getContainer(id), signal);
      } catch (error) {
        // "Already started" and "already stopped" are errors to dockerode.
        if (!(error instanceof Error && Reflect.get(error, 'statusCode') === 304)) throw error;
      }
    });
  };
  /** Stop and restart: the wait for the container's end comes on top of the deadline, for each call within. */
  const actWithGrace = async (
    verb: 'stop' | 'restart',
    id: string,
    timeout: number | null,
  ): Promise<void> => {
    const asked = timeout === null ? {} : { t: Math.ceil(Math.max(0, timeout) / 1000) };
    const created = timeout === null ? detailed(await look(id, verb)).stopTimeout : null;
    const grace = timeout ?? (created === null ? DEFAULT_STOP : created * 1000);
    const extra = Math.max(0, grace) + (verb === 'restart' ? limits.engineCall : 0);
    await act(link.onContainer(verb, id, extra), id, (container, abortSignal) =>
      container[verb]({ ...asked, abortSignal }),
    );
  };

  const start = async (id: string): Promise<void> => {
    await act(link.onContainer('start', id), id, (container, abortSignal) =>
      container.start({ abortSignal }),
    );
  };

  return {
    start,
    ...imageVerbs(link, { limits, credentials: credentials ?? null }),
    ...execVerb(link),
    ...readFileVerb(link, (id) => look(id, 'read')),
    ...networkVerb(link),
    ...runToEndVerb(link, { start, look }),
    connect: link.connect,
    ping: link.ping,
    async list() {
      const infos = await link.ask(link.call('list', address), (abortSignal) =>
        link.calls.listContainers({ all: true, abortSignal }),
      );
      const told = await Promise.all(infos.map((info) => halfRemoved(listed(info), look)));
      return told.filter((container) => container !== null);
    },
    async inspect(id) {
      return detailed(await look(id));
    },
    async create(request) {
      const created = await link.ask(link.call('create', `container ${request.name}`), (abortSignal) => {
        // Without `_query` and `_body` dockerode puts the whole body, environment and all, into the URL as well.
        const options = { _query: { name: request.name }, _body: createBody(request), abortSignal };
        return link.calls.createContainer(options);
      });
      return created.id;
    },
    stop: (id, timeout) => actWithGrace('stop', id, timeout),
    restart: (id, timeout) => actWithGrace('restart', id, timeout),
    async rename(id, name) {
      const call = link.onContainer('rename', id);
      await unlessAlready(
        ['refused', 'taken', 'failed'],
        async () => (await look(id)).Name === `/${name}`,
        () => act(call, id, (container, abortSignal) => container.rename({ name, abortSignal })),
      );
    },
    async remove(id) {
      // Never `v` and never `force`: a volume is never removed, and what runs is stopped in its own way first.
      await unlessFault(['gone'], undefined, () =>
        unlessAlready(
          ['busy'],
          () => isGoing(id, look),
          () =>
            act(link.onContainer('remove', id), id, (container, abortSignal) => {
              const options = { v: false, force: false, abortSignal };
              return container.remove(options);
            }),
        ),
      );
    },
    async unpause(id) {
      const call = link.onContainer('unpause', id);
      await unlessAlready(
        ['refused', 'failed', 'busy'],
        async () => !(await look(id)).State.Paused,
        () => act(call, id, (container, abortSignal) => container.unpause({ abortSignal })),
      );
    },
    async signal(id, signal) {
      await act(link.onContainer('signal', id), id, (container, abortSignal) =>
        container.kill({ signal, abortSignal }),
      );
    },
    events: (handlers) =>
      followEvents({
        call: link.call('events', address),
        connect: link.connect,
        open: () => openEvents(link),
        ping: link.ping,
        pingEvery: limits.enginePing,
        closing: link.closing,
        handlers,
      }),
    close: link.close,
  };
}

/**
 * When a removal has failed, 20.10 lists the container as `removing` until it restarts, while its inspect says `dead`:
 * whoever believed the list would wait for ever. Null when it is gone by now.
 */
async function halfRemoved(
  container: ListedContainer,
  look: (id: string) => Promise<Docker.ContainerInspectInfo>,
): Promise<ListedContainer | null> {
  if (container.state !== 'removing') return container;
  try {
    const { Status: status } = (await look(container.id)).State;
    return status === 'dead' ? { ...container, state: 'dead' } : container;
  } catch (error) {
    // One container that can't be looked at must not hide the others.
    return error instanceof Fault && error.kind === 'gone' ? null : container;
  }
}

/**
 * Whether a container that could not be removed is being removed already. How it looks then differs from moment to
 * moment: `removing`, for an instant still `exited` or `dead`, and in the end gone, when `look` rejects with that Fault.
 */
async function isGoing(
  id: string,
  look: (id: string) => Promise<Docker.ContainerInspectInfo>,
): Promise<boolean> {
  for (let tries = 0; tries < REMOVAL_LOOKS; tries += 1) {
    if ((await look(id)).State.Status === 'removing') return true;
    await delay(REMOVAL_WAIT);
  }
  return false;
}

/** Resolves with the engine's first word, which comes at once even when there are no events. */
async function openEvents(link: Link): Promise<ReturnType<typeof asReadable>> {
  // Docker begins its answer before it subscribes; asking for the last second too leaves no gap before the list.
  // By the clock of both sides: where they differ, the next list makes up for it.
  const since = Math.floor(Date.now() / 1000) - 1;
  return timedCall(link.call('events', link.address), async (abortSignal) =>
    asReadable(await link.streams.getEvents({ since, abortSignal })),
  );
}
