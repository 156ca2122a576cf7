/** Opens the store that the settings name, and loads the code of no other. */

import type { Settings } from '../settings/settings.js';
import type { Store } from './store.js';

export interface OpenStoreOptions {
  readonly settings: Pick<Settings, 'store' | 'limits'>;
  /** Whose keys are read. */
  readonly node: string;
  /** Told when a call to the store has ended; `error` null: it went well. Default: nobody is. */
  readonly onCall?: (call: string, milliseconds: number, error: unknown) => void;
}

/** Connects to nothing yet. Rejects with a `StoreError` on an endpoint that can't be one. */
export async function openStore({
  settings: { store, limits },
  node,
  onCall = () => {},
}: OpenStoreOptions): Promise<Store> {
  switch (store.kind) {
    case 'etcd': {
      const { EtcdStore } = await import('./etcd/etcd-store.js');
      const { endpoints, prefix, ca, cert, key, username, passwordFile } = store;
      return new EtcdStore({
        endpoints,
        prefix,
        node,
        tls: {
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
        },
        user: username === undefined || passwordFile === undefined ? null : { name: username, passwordFile },
        deadline: limits.storeCall,
        relist: limits.storeRelist,
        onCall,
      });
    }
    case 'file': {
      const { FileStore } = await import('./file.js');
      return new FileStore({ path: store.path, node });
    }
  }
}
