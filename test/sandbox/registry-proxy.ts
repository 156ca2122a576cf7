/**
 * Stands between engines and a real registry, as a program in a sandbox host's network: passes everything on and prints
 * each request, except that it spoils what it was told to. Arguments: pairs of its own port and the registry's. A line of
 * JSON on standard input sets or ends the fault of a repository, and is printed when it is in force.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, ProxyLine, Spoil } from './registry-faults.js';

const faults = new Map<string, Spoil>();
const say = (line: ProxyLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** So often a second a slow answer gets its next piece. */
const PIECES = 4;

function pass(port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [, repository = '', kind = ''] = /^\/v2\/(.+)\/(manifests|blobs)\//.exec(incoming.url ?? '') ?? [];
  const { method = 'GET', url: path, headers } = incoming;
  const onward = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    const length = Number(answer.headers['content-length'] ?? 0);
    // The configuration of an image is a blob as well: only layers are spoiled, and they are larger.
    const part = kind === 'blobs' ? (length > 4096 ? 'layer' : 'config') : kind === '' ? 'base' : 'manifest';
    const spoil = faults.get(repository);
    const spoiled = spoil?.part === part && answer.statusCode === 200 && spoils(spoil.fault, method);
    const fault = spoiled ? spoil.fault : null;
    const status = fault?.kind === 'answer' ? fault.status : (answer.statusCode ?? 502);
    say({ request: { method, repository, part, status } });
    if (fault === null) {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    void spoilAnswer(fault, answer, outgoing);
  });
  onward.on('error', (error) => outgoing.destroy(error));
  incoming.pipe(onward);
}

/** The engine asks for a manifest's head first, and is content with it where it knows the digest. */
function spoils(fault: Fault, method: string): boolean {
  return method !== 'HEAD' || (fault.kind === 'answer' && fault.status >= 400);
}

async function spoilAnswer(fault: Fault, answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  const half = Math.floor(content.length / 2);
  if (fault.kind === 'answer') {
    outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    outgoing.end(fault.body ?? '');
    return;
  }
  outgoing.writeHead(200, answer.headers);
  switch (fault.kind) {
    case 'stall':
      outgoing.write(content.subarray(0, half));
      return;
    case 'wrong':
      content[half] = (content[half] ?? 0) ^ 0xff;
      outgoing.end(content);
      return;
    case 'slow': {
      const size = Math.max(1, Math.floor(fault.rate / PIECES));
      for (let at = 0; at < content.length && !outgoing.destroyed; at += size) {
        outgoing.write(content.subarray(at, at + size));
        await delay(1000 / PIECES);
      }
      outgoing.end();
    }
  }
}

const ports = process.argv.slice(2).map(Number);
let waiting = ports.length / 2;
for (let index = 0; index < ports.length; index += 2) {
  const [own = 0, registry = 0] = ports.slice(index);
  createServer((incoming, outgoing) => pass(registry, incoming, outgoing)).listen(own, '127.0.0.1', () => {
    waiting -= 1;
    if (waiting === 0) say({ listens: true });
  });
}

let rest = '';
process.stdin.setEncoding('utf8').on('data', (text: string) => {
  const lines = `${rest}${text}`.split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const { repository, spoil } = JSON.parse(line) as { repository: string; spoil: Spoil | null };
    if (spoil === null) faults.delete(repository);
    else faults.set(repository, spoil);
    say({ inForce: repository });
  }
});
process.stdin.on('end', () => process.exit(0));
