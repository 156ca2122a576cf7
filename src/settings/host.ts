/** The defaults that come from this host. */
import { hostname } from 'node:os';
import { readHostFacts } from '../host/facts.js';
import type { HostDefaults } from './row.js';

export const thisHost: HostDefaults = {
  hostName: () => hostname(),
  address: async () => (await readHostFacts()).address,
};
