/** Calls of a sandbox host's engine by its socket: for what comes often, a docker command costs too much. */
import { createReadStream } from 'node:fs';
import type { Host } from './host.js';
import { type Answer, request } from './request.js';

export interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
}

export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string; readonly StartedAt: string };
  readonly Config: { readonly Image: string };
}

/** All of them, whatever their state, or those with a label. Rejects unless the engine answers with 200. */
export async function listContainers(host: Host, label?: string): Promise<readonly Listed[]> {
  const filters = label === undefined ? {} : { label: [label] };
  const path = `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return (await answerTo(host, path, [200])).json as readonly Listed[];
}

/** Nothing where there is none of that id, as after a list that still had it. Rejects when the engine says anything else. */
export async function inspectContainer(host: Host, id: string): Promise<readonly Inspected[]> {
  const { status, json } = await answerTo(host, `/containers/${id}/json`, [200, 404]);
  return status === 404 ? [] : [json as Inspected];
}

/** `docker load` of an archive. Rejects when the engine does not take it. */
export async function loadImage(socket: string, archive: string): Promise<void> {
  const headers = { 'content-type': 'application/x-tar' };
  const body = createReadStream(archive);
  const answer = await request(socket, '/images/load?quiet=1', {
    method: 'POST',
    headers,
    body,
    within: 120_000,
  });
  // What goes wrong on the way is told in a stream that began with 200.
  if (answer.status !== 200 || answer.body.includes('"errorDetail"'))
    throw new Error(`the engine does not load ${archive}: ${answer.status} ${answer.body}`);
}

async function answerTo(host: Host, path: string, expected: readonly number[]): Promise<Answer> {
  const answer = await request(host.dockerSocket, path);
  if (!expected.includes(answer.status))
    throw new Error(`the engine answers ${path} with ${answer.status}: ${answer.body}`);
  return answer;
}
