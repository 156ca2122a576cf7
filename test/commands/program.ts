/** Runs the built program as operators do, and stands in for the agent that its commands ask. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundle } from '../sandbox/agent.js';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without the caller's settings: only `PATH` and what is given. Ended after two minutes, as a busy machine may need many seconds. */
export async function katod(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [bundle, ...words], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface FakeAgent {
  readonly listen: string;
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Answers paths with a code and a body; on a loopback port, or on a socket. */
export async function fakeAgent(
  answers: Readonly<Record<string, readonly [code: number, body: string]>>,
  socket?: string,
): Promise<FakeAgent> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [code, body] = answers[request.url ?? ''] ?? [404, 'no such path'];
    response.writeHead(code).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (socket === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  return {
    listen: socket === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${socket}`,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
