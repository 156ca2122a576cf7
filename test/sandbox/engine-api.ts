/** Asks a sandbox host's engine about its containers by its socket: for looks that come often, a docker command costs too much. */
import type { Host } from './host.js';
import { request } from './request.js';

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
  const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return (await ask(host, `/containers/json?${query}`)) as readonly Listed[];
}

/** Rejects unless the engine answers with 200. */
export async function inspectContainer(host: Host, id: string): Promise<Inspected> {
  return (await ask(host, `/containers/${id}/json`)) as Inspected;
}

async function ask(host: Host, path: string): Promise<unknown> {
  const { status, body, json } = await request(host.dockerSocket, path);
  if (status !== 200) throw new Error(`the engine answers ${path} with ${status}: ${body}`);
  return json;
}
