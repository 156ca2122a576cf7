/** An engine as the bench sees it: straight calls, and the events by which every side is timed. */
import { request } from 'node:http';
import { lineSplitter } from '../../src/engine/lines.js';
import { IMAGE } from '../agent/node.js';
import { callJson } from './http.js';

export interface Happening {
  readonly action: string;
  readonly id: string;
  /** Of the container. */
  readonly name: string;
  /** Milliseconds of `performance.now()` when its event arrived here. */
  readonly at: number;
}

export interface Engine {
  readonly socket: string;
  create(name: string, restart?: 'no' | 'always'): Promise<string>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  /** Whether it runs or not. */
  remove(id: string): Promise<void>;
  /** Ids of all containers, running or not. */
  list(): Promise<readonly string[]>;
  /** Main process on the host. */
  pidOf(id: string): Promise<number>;
  /**
   * Resolves with the last of the next `count` containers' events of that kind, counted from this call on. Rejects
   * after three minutes.
   */
  next(action: 'start' | 'die' | 'destroy', count?: number): Promise<Happening>;
  close(): void;
}

/** What every side's components do. */
export const SLEEP = ['/bin/sh', '-c', "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"];

const PATIENCE = 180_000;

export async function openEngine(socket: string): Promise<Engine> {
  const listeners = new Set<(happening: Happening) => void>();
  const events = await follow(socket, (happening) => {
    for (const tell of listeners) tell(happening);
  });
  const post = (path: string, body?: object) =>
    callJson(socket, { method: 'POST', path, ...(body === undefined ? {} : { body }) });
  return {
    socket,
    async create(name, restart = 'no') {
      const answer = await post(`/containers/create?name=${name}`, {
        Image: IMAGE,
        Cmd: SLEEP,
        StopTimeout: 2,
        HostConfig: {
          NetworkMode: 'host',
          RestartPolicy: { Name: restart },
          LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
        },
      });
      return (answer as { readonly Id: string }).Id;
    },
    async start(id) {
      await post(`/containers/${id}/start`);
    },
    async stop(id) {
      await post(`/containers/${id}/stop`);
    },
    async remove(id) {
      await callJson(socket, { method: 'DELETE', path: `/containers/${id}?force=1` });
    },
    async list() {
      const answer = await callJson(socket, { method: 'GET', path: '/containers/json?all=1' });
      return (answer as { readonly Id: string }[]).map(({ Id }) => Id);
    },
    async pidOf(id) {
      const answer = await callJson(socket, { method: 'GET', path: `/containers/${id}/json` });
      return (answer as { readonly State: { readonly Pid: number } }).State.Pid;
    },
    next(action, count = 1) {
      return new Promise((resolve, reject) => {
        const seen = new Set<string>();
        const end = () => {
          clearTimeout(timer);
          listeners.delete(listen);
        };
        const listen = (happening: Happening) => {
          if (happening.action !== action) return;
          seen.add(happening.id);
          if (seen.size < count) return;
          end();
          resolve(happening);
        };
        const timer = setTimeout(() => {
          end();
          reject(
            new Error(`within three minutes ${seen.size} of ${count} containers had the event ${action}`),
          );
        }, PATIENCE);
        listeners.add(listen);
      });
    },
    close: () => events.destroy(),
  };
}

/** Resolves when the engine has begun to answer. */
function follow(socketPath: string, tell: (happening: Happening) => void): Promise<{ destroy(): void }> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path: `/events?filters=${filters}`, agent: false }, (incoming) => {
      incoming.on('error', () => undefined);
      incoming.on(
        'data',
        lineSplitter((line) => {
          const { Action: action, Actor } = JSON.parse(line);
          tell({ action, id: Actor.ID, name: Actor.Attributes.name, at: performance.now() });
        }),
      );
      resolve(outgoing);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
