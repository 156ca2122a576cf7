/** `katod apply`: reads all settings, then converges once. */
import { loadSettings } from '../settings/load.js';
import { duration } from '../settings/values.js';
import type { Invocation } from './command.js';
import { misuse, withSettings } from './refuse.js';

const readTimeout = duration(1_000, 24 * 3_600_000);

export async function apply({ sources, switches, options }: Invocation): Promise<number> {
  const timeout = readTimeout(options.get('timeout') ?? '5m');
  if (!timeout.ok) return misuse(`--timeout: ${timeout.why}`, 'apply');
  return withSettings(loadSettings(sources), async (settings) => {
    const { converge } = await import('./converge.js');
    return converge(settings, { timeout: timeout.value, json: switches.has('json') });
  });
}
