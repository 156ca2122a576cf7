/** One HTTP request over a unix socket. */
import { request as httpRequest } from 'node:http';
import { pipeline, type Readable } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The body as JSON, or undefined where it is none. */
  readonly json: unknown;
}

export interface RequestOptions {
  readonly method?: string;
  /** Default `Host: localhost`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: Readable;
  /** Milliseconds for the whole request; default 10 s. */
  readonly within?: number;
}

/** Rejects when nothing answers; any status is an answer. */
export function request(socket: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: socket,
      path,
      method: options.method ?? 'GET',
      headers: { host: 'localhost', ...options.headers },
      agent: false,
      signal: AbortSignal.timeout(options.within ?? 10_000),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const body = String(Buffer.concat(chunks));
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, json: asJson(body) });
      });
    });
    if (options.body === undefined) outgoing.end();
    else pipeline(options.body, outgoing, (error) => error && reject(error));
  });
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
