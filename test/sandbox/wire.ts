/**
 * What joins sandbox hosts to one network: a bridge in a namespace of its own, since an engine's firewall drops what is
 * bridged in the namespace that it rules.
 */
import { outputOf } from './command.js';
import { openPlace } from './place.js';

export interface Wire {
  /** Joins the namespace: its `eth0` gets the address, and the default route. */
  attach(namespace: string, address: string): Promise<void>;
  /** Cuts the address off from all others, without a word to either side; connections stay open. */
  cut(address: string): Promise<void>;
  mend(address: string): Promise<void>;
  close(): Promise<void>;
}

const ip = (...args: string[]) => outputOf(['ip', ...args]);

/** Needs root. */
export async function startWire(): Promise<Wire> {
  const place = openPlace();
  const inside = (...args: string[]) => ip('-n', place.name, ...args);
  try {
    await ip('netns', 'add', place.name);
    await inside('link', 'set', 'lo', 'up');
    await inside('link', 'add', 'bridge', 'type', 'bridge');
    await inside('link', 'set', 'bridge', 'up');
  } catch (error) {
    await place.close();
    throw error;
  }
  return {
    async attach(namespace, address) {
      const port = portOf(address);
      await inside('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      await inside('link', 'set', port, 'master', 'bridge', 'up');
    },
    cut: async (address) => {
      await inside('link', 'set', portOf(address), 'nomaster');
    },
    mend: async (address) => {
      await inside('link', 'set', portOf(address), 'master', 'bridge');
    },
    close: () => place.close(),
  };
}

/** Name of the bridge's side of a host's link: at most 15 characters. */
function portOf(address: string): string {
  return `to-${address.split('.').slice(2).join('-')}`;
}
