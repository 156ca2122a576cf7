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
      const line = text.split(/[\r\n]+/).find((candidate) => candidate.includes(check.expect));
      if (line !== undefined) resolve(answer(true, line));
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
