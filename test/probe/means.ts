/** What an attempt is given where it neither is stopped nor runs a command. */
import type { Means } from '../../src/probe/attempt.js';

export function means(stop: AbortSignal = new AbortController().signal): Means {
  return { stop, run: () => Promise.reject(new Error('no command is run here')) };
}
