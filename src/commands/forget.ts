/** `katod forget`: takes a node that is gone for good out of the cluster's members, and what it told of definitions. */
import { isName, NAME_RULE } from '../catalog/name.js';
import { parseRoll } from '../cluster/coordination-text.js';
import { textOf } from '../cluster/reading.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openStore } from '../store/open.js';
import type { Store } from '../store/store.js';
import { exitCode, type Invocation } from './command.js';
import { fail, misuse, withSettings } from './refuse.js';

export async function forget({ sources, switches, words }: Invocation): Promise<number> {
  const [node = ''] = words;
  if (!isName(node)) return misuse(`"${node}" can't be a node's name: ${NAME_RULE}`, 'forget');
  return withSettings(loadSome(sources, [...storeSettingNames, 'node']), async (values) => {
    const store = await openStore({ settings: storeSettings(values), node: values.node });
    try {
      const alive = (await store.list('status/')).some(({ key }) => key === `status/${node}`);
      const rolls = await forgetRolls(node, { store, alive });
      if (alive && rolls === 0)
        return fail(
          `node ${node} is alive: stop its agent first; its status goes a minute later at the latest`,
        );
      const forgotten = !alive && (await store.delete(`members/${node}`));
      const said = inWords(node, { alive, forgotten, rolls });
      process.stdout.write(`${switches.has('json') ? JSON.stringify({ node, forgotten, rolls }) : said}\n`);
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}

/**
 * Definitions that failed on the node, or that it has begun and told nothing of since: they are tried again. Of one that
 * is gone, all that it told.
 */
async function forgetRolls(
  node: string,
  { store, alive }: { readonly store: Store; readonly alive: boolean },
): Promise<number> {
  let forgotten = 0;
  for (const entry of await store.list('rolls/')) {
    const roll = parseRoll(entry.key, textOf(entry));
    if (roll?.node !== node || (alive && roll.state === 'ready')) continue;
    if ((await store.deleteIf(entry.key, entry.revision)).done) forgotten += 1;
  }
  return forgotten;
}

interface Forgotten {
  readonly alive: boolean;
  readonly forgotten: boolean;
  readonly rolls: number;
}

function inWords(node: string, { alive, forgotten, rolls }: Forgotten): string {
  const told = `what it told of ${rolls === 1 ? 'a definition' : `${rolls} definitions`} is forgotten`;
  if (alive) return `node ${node} is alive and stays a member; ${told}, and tried again`;
  if (forgotten)
    return `node ${node} is forgotten${rolls > 0 ? `, and ${told}` : ''}; its role and parameters stay in the store`;
  return rolls > 0 ? `node ${node} was no member; ${told}` : `there was no node ${node}`;
}
