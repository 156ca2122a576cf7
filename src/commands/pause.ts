/** `katod pause` and `katod resume`: sets the word of this node, or of the cluster, in the store. */
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { openStore } from '../store/open.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';

/** `--all`: hands off, also from what ends. */
export function pause(invocation: Invocation): Promise<number> {
  return setPause(invocation, invocation.switches.has('all') ? 'all' : 'true');
}

export function resume(invocation: Invocation): Promise<number> {
  return setPause(invocation, 'false');
}

async function setPause({ sources, switches }: Invocation, word: 'true' | 'all' | 'false'): Promise<number> {
  return withSettings(loadSome(sources, [...storeSettingNames, 'node']), async (values) => {
    const { node } = values;
    const store = await openStore({ settings: storeSettings(values), node });
    try {
      const key = switches.has('cluster') ? 'cluster/paused' : `nodes/${node}/paused`;
      await store.put(key, word);
      const said = switches.has('json') ? JSON.stringify({ key, value: word }) : inWords(key, word, node);
      process.stdout.write(`${said}\n`);
      return exitCode.done;
    } finally {
      await store.close();
    }
  });
}

function inWords(key: string, word: 'true' | 'all' | 'false', node: string): string {
  const whole = key === 'cluster/paused';
  const whose = whole ? 'the cluster' : `node ${node}`;
  const back = whole ? 'katod resume --cluster' : 'katod resume';
  switch (word) {
    case 'true':
      return `${whose} is paused: nothing is created, replaced or removed; what ends is started. End it with ${back}`;
    case 'all':
      return `${whose} is paused: hands off, also from what ends. End it with ${back}`;
    case 'false':
      return `${whose} is not paused${whole ? '; a node may be by its own key' : '; the whole cluster may be'}`;
  }
}
