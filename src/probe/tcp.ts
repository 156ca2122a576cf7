/** The check `tcp`: something accepts connections on a port. */
import { connect } from 'node:net';
import { type Answer, answer, faultWords, place } from './answer.js';
import type { ProbeCheck } from './probe.js';

/** Connects and closes at once. Settles at the latest when the signal fires, and never rejects. */
export function checkTcp(check: Extract<ProbeCheck, { kind: 'tcp' }>, signal: AbortSignal): Promise<Answer> {
  const where = place(check.host, check.port);
  return new Promise((resolve) => {
    const socket = connect({ host: check.host, port: check.port, signal });
    socket.once('connect', () => {
      // On a port of the ephemeral range that nobody listens on, a connection can meet itself.
      const itself = socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
      resolve(
        itself ? answer(false, `${where}: connection refused`) : answer(true, `${where} accepts connections`),
      );
      socket.destroy();
    });
    socket.on('error', (fault) => {
      resolve(answer(false, `${where}: ${faultWords(signal.aborted ? signal.reason : fault)}`));
    });
  });
}
