/** `katod trust-store`: ends a hold, here by a mark in the state folder, or on every node by a word in the store. */
import { randomBytes } from 'node:crypto';
import { parseAccepted } from '../desired/accepted.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openLastKnownGood } from '../store/last-known-good.js';
import { openStore } from '../store/open.js';
import { leaveTrustMark } from '../store/trust-mark.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';

export async function trustStore({ sources, switches }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, [...storeSettingNames, 'node', 'stateDir']), async (values) => {
    const { stateDir, node } = values;
    let said: { where: string; word: string | null; text: string };
    if (switches.has('cluster')) {
      const word = `${await rememberedCluster(stateDir)}:${randomBytes(8).toString('hex')}`;
      const store = await openStore({ settings: storeSettings(values), node });
      try {
        await store.put('cluster/trust', word);
      } finally {
        await store.close();
      }
      const text = 'every node follows the store as it is now, once; katod status tells on each';
      said = { where: 'cluster/trust', word, text };
    } else {
      await leaveTrustMark(stateDir);
      const text = `node ${node} follows the store as it is now, once, within seconds; katod status tells`;
      said = { where: stateDir, word: null, text };
    }
    const { text, ...json } = said;
    process.stdout.write(`${switches.has('json') ? JSON.stringify(json) : text}\n`);
    return exitCode.done;
  });
}

/** Put into the word, so that nodes that start only afterwards know it for one of their own cluster. */
async function rememberedCluster(stateDir: string): Promise<string> {
  const { value } = await openLastKnownGood(stateDir).read();
  return (value === null ? null : parseAccepted(value)?.clusterId) ?? '';
}
