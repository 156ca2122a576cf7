/** The check `fourLetter`: sends a word, reads the answer to its end, and looks for a text in it (ZooKeeper's `srvr`). */
import { connect } from 'node:net';
import { type Answer, answer, faultWords, firstLine, place, READ_LIMIT } from './answer.js';
import type { ProbeCheck } from './probe.js';

/**
 * Half-closes after sending. The answer counts however it ends: a server that closes with a reset, or not at all, has
 * answered all the same. Settles at the latest when the signal fires, and never rejects.
 */
export function checkFourLetter(
  check: Extract<ProbeCheck, { kind: 'fourLetter' }>,
  signal: AbortSignal,
): Promise<Answer> {
  const where = place(check.host, check.port);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let fault: unknown = null;
    const socket = connect({ host: check.host, port: check.port, signal });
    socket.once('connect', () => socket.end(check.send));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= READ_LIMIT) socket.destroy();
    });
    socket.on('error', (error) => {
      fault = signal.aborted ? signal.reason : error;
    });
    socket.once('close', () => {
      const text = Buffer.concat(chunks).subarray(0, READ_LIMIT).toString('utf8');
      const lines = text.split(/[\r\n]+/);
      const line = lines.find((candidate) => candidate.includes(check.expect));
      const short = line === undefined ? null : shortOf(lines, check.atLeast);
      if (short !== null) resolve(answer(false, short));
      else if (line !== undefined) resolve(answer(true, line));
      else if (text.includes(check.expect)) resolve(answer(true, firstLine(text)));
      else if (text.trim() !== '')
        resolve(answer(false, `expected ${check.expect}, got: ${firstLine(text)}`));
      else
        resolve(
          answer(false, `${where}: ${fault === null ? 'closed without an answer' : faultWords(fault)}`),
        );
    });
  });
}

/** What is less than it has to be, in words, or null. */
function shortOf(
  lines: readonly string[],
  least: { readonly name: string; readonly value: number } | undefined,
): string | null {
  if (least === undefined || least.value === 0) return null;
  const { name, value } = least;
  const found = lines.map((line) => line.trim().split(/\s+/)).find(([word]) => word === name)?.[1];
  if (found === undefined) return `the answer has no ${name}`;
  return Number(found) >= value ? null : `${name} is ${found}, and has to be ${value} at least`;
}
