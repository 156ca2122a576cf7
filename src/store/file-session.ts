/** The session of a store that has one member only: nobody else could take anything, so it holds, and writes nothing. */

import type { Session } from './session.js';

export function fileSession(): Session {
  const held = { since: performance.now(), until: Number.POSITIVE_INFINITY };
  const keys = new Set<string>();
  let closed = false;
  return {
    hold: (key) => void keys.add(key),
    release: (key) => void keys.delete(key),
    held: () => (closed ? null : held),
    stands: (key) => !closed && keys.has(key),
    async claim(key) {
      keys.add(key);
      return { ok: true, since: held.since };
    },
    async giveUp(key) {
      keys.delete(key);
    },
    problem: () => null,
    async close() {
      closed = true;
    },
  };
}
