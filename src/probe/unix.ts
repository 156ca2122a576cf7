/** The check `unix`: something accepts connections on a unix socket of the host. */
import { connect } from 'node:net';
import { type Answer, answer, faultWords } from './answer.js';
import type { ProbeCheck } from './probe.js';

/** Connects and closes at once. Settles at the latest when the signal fires, and never rejects. */
export function checkUnix(
  { path }: Extract<ProbeCheck, { kind: 'unix' }>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ path, signal });
    socket.once('connect', () => {
      resolve(answer(true, `${path} accepts connections`));
      socket.destroy();
    });
    socket.on('error', (fault) => {
      resolve(answer(false, `${path}: ${signal.aborted ? faultWords(signal.reason) : socketWords(fault)}`));
    });
  });
}

function socketWords(fault: Error): string {
  const code = 'code' in fault ? fault.code : null;
  if (code === 'ENOENT') return 'there is no such socket here';
  if (code === 'EACCES') return 'no permission to connect';
  return faultWords(fault);
}
