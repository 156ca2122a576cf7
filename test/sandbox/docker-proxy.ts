/**
 * A proxy in front of a real Docker Engine that understands its requests: what a test takes over is held back, answered
 * in the engine's place, or done without a word; all else goes through.
 */
import { rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';

/** One request to the engine. */
export interface Exchange {
  readonly method: string;
  /** Without the API version: `/containers/json?all=true`. */
  readonly path: string;
  /** Such as `1.41`; null for the few paths that are asked without. */
  readonly version: string | null;
  /** Hands the request on, under another version if given, and its answer back. */
  pass(version?: string): void;
  /** The engine does it, and its answer reaches nobody. Resolves with the status when it is done. */
  swallow(): Promise<number>;
  /** The answer begins, and nothing comes any more. */
  begin(): void;
  /** In the engine's place. */
  answer(status: number, body: unknown): void;
}

/** True: the request is taken over; doing nothing more with it holds it back for ever. */
type Handler = (exchange: Exchange) => boolean;

export interface DockerProxy {
  /** Path of the socket it listens on. */
  readonly socket: string;
  /** What happens to requests from now on; null: all go through. */
  handle(handler: Handler | null): void;
  /** Breaks off all connections; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export async function startDockerProxy(engine: string, socket: string): Promise<DockerProxy> {
  let handler: Handler | null = null;
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const exchange = exchangeOf({ request, body, response, engine });
      if (!handler?.(exchange)) exchange.pass();
    });
  });
  server.on('clientError', (_, connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    handle(next) {
      handler = next;
    },
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(socket, { force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly engine: string;
}

function exchangeOf({ request, body, response, engine }: Received): Exchange {
  const { method = 'GET', url = '/', headers } = request;
  const [, version = null, path = url] = /^\/v(\d+\.\d+)(\/.*)$/.exec(url) ?? [];
  const ask = (under: string | null, onAnswer: (answer: IncomingMessage) => void) => {
    const outgoing = httpRequest({
      socketPath: engine,
      method,
      path: under === null ? path : `/v${under}${path}`,
      headers: headers as OutgoingHttpHeaders,
      agent: false,
    });
    outgoing.on('response', onAnswer);
    // The engine is away or has broken off: so does its answer.
    outgoing.on('error', () => response.destroy());
    outgoing.end(body);
    return outgoing;
  };
  return {
    method,
    path,
    version,
    pass(under = version ?? undefined) {
      const outgoing = ask(under ?? null, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      });
      response.on('close', () => outgoing.destroy());
    },
    swallow: () =>
      new Promise((resolve) => {
        ask(version, (answer) => {
          answer.resume();
          answer.on('close', () => resolve(answer.statusCode ?? 0));
        });
      }),
    begin: () => response.writeHead(200).flushHeaders(),
    answer(status, json) {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
