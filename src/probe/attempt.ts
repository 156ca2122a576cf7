/** One attempt of a check, whatever its kind, within a deadline. */
import { type Answer, answer, faultWords } from './answer.js';
import { checkDns } from './dns.js';
import { checkFourLetter } from './four-letter.js';
import { checkHttp } from './http.js';
import type { ProbeCheck } from './probe.js';
import { checkTcp } from './tcp.js';

/**
 * Never rejects, and settles soon after `timeout` milliseconds or when `stop` fires, whichever is first.
 * A failed attempt says in `output` what happened.
 */
export async function attempt(check: ProbeCheck, timeout: number, stop: AbortSignal): Promise<Answer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${timeout} ms`)), timeout);
  const onStop = () => deadline.abort(stop.reason);
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  try {
    return await run(check, deadline.signal);
  } catch (fault) {
    // A port or an address that the socket refuses before it tries: thrown, not emitted.
    return answer(false, faultWords(fault));
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

function run(check: ProbeCheck, signal: AbortSignal): Promise<Answer> {
  switch (check.kind) {
    case 'tcp':
      return checkTcp(check, signal);
    case 'http':
      return checkHttp(check, signal);
    case 'fourLetter':
      return checkFourLetter(check, signal);
    case 'dns':
      return checkDns(check, signal);
  }
}
