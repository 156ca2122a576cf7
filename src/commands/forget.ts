/** `katod forget`: takes a node that is gone for good out of the cluster's members. */
import { isName, NAME_RULE } from '../catalog/name.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openStore } from '../store/open.js';
import { exitCode, type Invocation } from './command.js';
import { fail, misuse, withSettings } from './refuse.js';

export async function forget({ sources, switches, words }: Invocation): Promise<number> {
  const [node = ''] = words;
  if (!isName(node)) return misuse(`"${node}" can't be a node's name: ${NAME_RULE}`, 'forget');
  return withSettings(loadSome(sources, [...storeSettingNames, 'node']), async (values) => {
    const store = await openStore({ settings: storeSettings(values), node: values.node });
    try {
      const alive = (await store.list('status/')).some(({ key }) => key === `status/${node}`);
      if (alive)
        return fail(
          `node ${node} is alive: stop its agent first; its status goes a minute later at the latest`,
        );
      const forgotten = await store.delete(`members/${node}`);
      const said = forgotten
        ? `node ${node} is forgotten; its role and parameters stay in the store`
        : `there was no node ${node}`;
      process.stdout.write(`${switches.has('json') ? JSON.stringify({ node, forgotten }) : said}\n`);
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}
