/** One attempt of a check, whatever its kind, within a deadline. */
import { type Answer, answer, faultWords } from './answer.js';
import { checkDns } from './dns.js';
import { checkExec, type RunCommand } from './exec.js';
import { checkFourLetter } from './four-letter.js';
import { checkHttp } from './http.js';
import type { ProbeCheck } from './probe.js';
import { checkTcp } from './tcp.js';
import { checkUnix } from './unix.js';

export interface Means {
  /** Ends the attempt. */
  readonly stop: AbortSignal;
  readonly run: RunCommand;
}

/**
 * Never rejects, and settles soon after `timeout` milliseconds or when `stop` fires, whichever is first.
 * A failed attempt says in `output` what happened.
 */
export async function attempt(check: ProbeCheck, timeout: number, { stop, run }: Means): Promise<Answer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${timeout} ms`)), timeout);
  const onStop = () => deadline.abort(stop.reason);
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  try {
    return await ask(check, deadline.signal, run);
  } catch (fault) {
    // A port or an address that the socket refuses before it tries: thrown, not emitted.
    return answer(false, faultWords(fault));
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

function ask(check: ProbeCheck, signal: AbortSignal, run: RunCommand): Promise<Answer> {
  switch (check.kind) {
    case 'tcp':
      return checkTcp(check, signal);
    case 'http':
      return checkHttp(check, signal);
    case 'fourLetter':
      return checkFourLetter(check, signal);
    case 'dns':
      return checkDns(check, signal);
    case 'unix':
      return checkUnix(check, signal);
    case 'exec':
      return checkExec(check, signal, run);
  }
}
