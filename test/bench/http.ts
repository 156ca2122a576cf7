/** One call of a JSON API over a unix socket: Docker's, and etcd's gateway. */
import { request } from 'node:http';

export interface JsonCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** Rejects on any status of 400 and above. Undefined where the answer is empty. */
export function callJson(socketPath: string, { method, path, body }: JsonCall): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const outgoing = request({ socketPath, path, method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode = 0 } = incoming;
        if (statusCode >= 400) reject(new Error(`${method} ${path}: ${statusCode} ${text}`));
        else resolve(text.trim() === '' ? undefined : JSON.parse(text));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
