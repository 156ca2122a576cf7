/** The catalog as the cluster has it, for commands: the shipped one, with what the store says read once. */
import type { Catalog } from '../catalog/catalog.js';
import { loadCatalog } from '../catalog/load.js';
import { accept } from '../desired/accept.js';
import { NOTHING_ACCEPTED, type Parameters } from '../desired/accepted.js';
import type { StoreWords } from '../desired/key-text.js';
import { atOnce } from '../desired/steps.js';
import { withStore } from '../desired/with-store.js';
import type { Settings } from '../settings/settings.js';
import { openStore } from '../store/open.js';
import { type Snapshot, StoreError } from '../store/store.js';
import { problemLines } from './refuse.js';

interface Where extends Pick<Settings, 'store' | 'limits' | 'node' | 'stack'> {
  /** Folder of the catalog. */
  readonly catalog: string;
}

/** Null, with a word on standard error, where it can't be read; `instead` is what that means. */
export async function readStore(
  where: Pick<Where, 'store' | 'limits' | 'node'>,
  instead: string,
): Promise<Snapshot | null> {
  const store = await openStore({ settings: where, node: where.node });
  try {
    return await store.read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`katod: ${instead}, since ${error.message}\n`);
    return null;
  } finally {
    await store.close();
  }
}

export interface ClusterCatalog {
  readonly catalog: Catalog;
  /** The cluster's parameters. */
  readonly params: Parameters;
}

/** With the store's definitions and roles. What it says that makes no sense is told on standard error. */
export async function clusterCatalog(snapshot: Snapshot | null, where: Where): Promise<ClusterCatalog> {
  const { store, node, stack: defaultStack } = where;
  const catalog = await loadCatalog(where.catalog);
  if (snapshot === null) return { catalog, params: {} };
  const words: StoreWords = { source: store.kind, prefix: store.kind === 'etcd' ? store.prefix : store.path };
  const { accepted, problems } = accept({
    ...words,
    previous: NOTHING_ACCEPTED,
    snapshot,
    catalog,
    node,
    defaultStack,
  });
  if (problems.length > 0) process.stderr.write(`katod: not used of the store:\n${problemLines(problems)}`);
  return { catalog: atOnce(withStore(catalog, accepted, { words })), params: accepted.params.cluster };
}
