/** Errors as RFC 9457 has them: `application/problem+json` with type, title, status and detail. */
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';

const PROBLEM_TYPE = 'application/problem+json';

/** `detail` says what happened and what to do. */
export function sendProblem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).type(PROBLEM_TYPE).send(problemText(status, detail));
}

/** The same as bytes of HTTP, for requests that never became one. The connection ends with it. */
export function rawProblem(status: number, detail: string): string {
  const body = problemText(status, detail);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function problemText(status: number, detail: string): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail });
}
