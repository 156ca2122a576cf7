/** `katod agent`: reads all settings, then runs the agent. */
import { loadSettings } from '../settings/load.js';
import type { Invocation } from './command.js';
import { withSettings } from './refuse.js';

export async function startAgent({ sources }: Invocation): Promise<number> {
  return withSettings(loadSettings(sources), async (settings) => {
    const { agent } = await import('./agent.js');
    return agent(settings);
  });
}
