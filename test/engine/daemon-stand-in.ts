/** A stand-in for dockerd on a unix socket: answers what a test wants where no real engine would hold still. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DaemonStandIn {
  readonly address: string;
  /** Method and URL of each request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Handles a request and returns true, or returns false for the usual answer: a version, a ping, or 404. */
export type StandInHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function answerJson(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

export const usualVersion = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' };

/** On a unix socket, or on any port of `host`. */
export async function startDaemonStandIn(
  handle: StandInHandler = () => false,
  host: string | null = null,
): Promise<DaemonStandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'katod-stand-in-'));
  const socket = join(folder, 'docker.sock');
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    if (handle(request, response)) return;
    if (request.url === '/version') answerJson(response, 200, usualVersion);
    else if (request.url === '/_ping') response.end('OK');
    else answerJson(response, 404, { message: 'page not found' });
  });
  await new Promise<void>((resolve) => {
    if (host === null) server.listen(socket, resolve);
    else server.listen(0, host, resolve);
  });
  const bound = server.address();
  const address =
    typeof bound === 'object' && bound !== null
      ? `tcp://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
      : `unix://${socket}`;
  return {
    address,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
