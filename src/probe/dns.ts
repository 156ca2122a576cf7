/** The check `dns`: one question over UDP to one server, asked again until it is answered or the time is up. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Answer, answer, faultWords, place } from './answer.js';
import { type DnsAnswer, decodeAnswer, encodeQuery } from './dns-message.js';
import type { ProbeCheck } from './probe.js';

type DnsCheck = Extract<ProbeCheck, { kind: 'dns' }>;

/** Datagrams get lost; the question is sent again this often, in milliseconds. */
const RESEND = 500;

/** Settles at the latest when the signal fires, and never rejects. */
export function checkDns(check: DnsCheck, signal: AbortSignal): Promise<Answer> {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, check);
  if (query === null) return Promise.resolve(answer(false, `not a DNS name: ${check.name}`));
  const where = place(check.server, check.port);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(check.server) ? 'udp6' : 'udp4');
    let resend: NodeJS.Timeout | null = null;
    let over = false;
    const finish = (result: Answer) => {
      if (over) return;
      over = true;
      if (resend !== null) clearInterval(resend);
      signal.removeEventListener('abort', onAbort);
      socket.close();
      resolve(result);
    };
    const fail = (fault: unknown) => finish(answer(false, `${where}: ${faultWords(fault)}`));
    const onAbort = () => fail(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    socket.on('error', fail);
    socket.on('message', (message) => {
      const found = decodeAnswer(message, id, check);
      if (found !== null) finish(judge(check, found));
    });
    // A connected socket takes datagrams of this server only, and hears at once when nobody listens there.
    socket.once('connect', () => {
      if (over) return;
      // On a free port of the ephemeral range the socket can meet itself, and would wait for its own answer.
      const { address, port } = socket.address();
      const remote = socket.remoteAddress();
      if (port === remote.port && address === remote.address) return fail(new Error('connection refused'));
      const send = () => socket.send(query, (fault) => fault && fail(fault));
      resend = setInterval(send, RESEND);
      send();
    });
    socket.connect(check.port, check.server);
  });
}

function judge(check: DnsCheck, found: DnsAnswer): Answer {
  const { expect } = check;
  if (found.code !== 'NOERROR') return answer(false, `${check.name}: ${found.code}`);
  const shown = found.records.length === 0 ? 'no records' : found.records.join(', ');
  if (expect === null || found.records.some((record) => record.includes(expect))) {
    return answer(true, `${check.name}: ${shown}`);
  }
  return answer(false, `${check.name}: ${shown}, expected ${expect}`);
}
