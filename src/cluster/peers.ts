/** The other nodes, asked by the component's own protocol whether they can do without this one for a while. */
import type { Peers } from '../desired/disruption.js';
import type { PeerAnswer } from '../plan/disruption.js';
import type { Answer } from '../probe/answer.js';
import type { Probe } from '../probe/probe.js';

/** Never rejects. */
export type Ask = (probe: Probe) => Promise<Answer>;

/** Never rejects. Where nobody can be asked, nobody objects. */
export async function askPeers(peers: Peers | null, ask: Ask): Promise<PeerAnswer> {
  if (peers === null) return { ok: true };
  const [serving, any] = await Promise.all([
    Promise.all(peers.serve.map(ask)),
    Promise.all(peers.any.map(ask)),
  ]);
  const served = serving.filter(({ ok }) => ok === true).length;
  if (served < peers.least) {
    const words = serving.filter(({ ok }) => ok !== true).map(({ output }) => output);
    return {
      ok: false,
      why: `${served} of ${peers.serve.length} serve, and ${peers.least} must: ${words.join('; ')}`,
    };
  }
  if (any.length === 0 || any.some(({ ok }) => ok === true)) return { ok: true };
  return { ok: false, why: any.map(({ output }) => output).join('; ') };
}
