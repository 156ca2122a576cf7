/** The small HTTP client of commands for the API of the agent on this host. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** Milliseconds for the whole of it. Default 5 s. */
  readonly timeout?: number;
}

/** No agent answers; the message says where, why, and what to do. */
export class NoAgent extends Error {
  override readonly name = 'NoAgent';
}

/** @param listen the setting: `host:port` or `unix:PATH`. Rejects with `NoAgent`. */
export async function askAgent(listen: string, question: Question): Promise<Answer> {
  const timeout = question.timeout ?? 5_000;
  const signal = AbortSignal.timeout(timeout);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(new NoAgent(explain(listen, error, timeout)));
    const asked = request(
      { ...target(listen), path: question.path, method: question.method ?? 'GET', signal, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asked.on('error', fail);
    asked.end();
  });
}

/** An agent that listens everywhere is asked on the loopback. */
function target(listen: string): { socketPath: string } | { host: string; port: number } {
  if (listen.startsWith('unix:')) return { socketPath: listen.slice('unix:'.length) };
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return { host: reachable, port: Number(listen.slice(colon + 1)) };
}

function explain(listen: string, error: NodeJS.ErrnoException, timeout: number): string {
  const at = `no agent answers at ${listen}`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return `${at}: nothing listens there. Start it (katod agent), or say with --listen where it is`;
    case 'ENOENT':
      return `${at}: there is no such socket. Start it (katod agent), or say with --listen where it is`;
    case 'EACCES':
    case 'EPERM':
      return `${at}: permission denied. Ask as root, or as a user who may open the socket`;
    case 'ABORT_ERR':
      return `${at}: no answer within ${timeout / 1_000} s. Look at its log`;
    default:
      return `${at}: ${error.message}. Look at its log`;
  }
}
