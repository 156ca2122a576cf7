/** Which keys of the store concern one node, and the ranges that hold them. */

import type { SharedFolder } from '../store.js';
import type { RangeRequest } from './messages.js';

export interface NodeKeys {
  /** Of the whole cluster, then of the node, then of the shared folders. */
  readonly ranges: readonly KeyRange[];
  readonly shared: readonly SharedFolder[];
  /** The same with exactly these shared folders. */
  sharing(folders: readonly SharedFolder[]): NodeKeys;
  /** A key of the contract's section 3 (`nodes/web-1/role`) as it is in etcd. */
  full(key: string): Uint8Array;
  /** All keys below a folder such as `members/`, which ends with a slash. */
  below(folder: string): KeyRange;
  /** A key in etcd without the prefix. */
  short(key: Uint8Array): string;
}

export type KeyRange = Required<Pick<RangeRequest, 'key' | 'rangeEnd'>>;

/** `prefix` is without a trailing slash. */
export function nodeKeys(prefix: string, node: string, shared: readonly SharedFolder[] = []): NodeKeys {
  const start = `${prefix}/`;
  const cut = Buffer.byteLength(start);
  return {
    ranges: ['cluster/', `nodes/${node}/`, ...shared].map((folder) => everythingUnder(start + folder)),
    shared,
    sharing: (folders) => nodeKeys(prefix, node, folders),
    full: (key) => Buffer.from(start + key),
    below: (folder) => everythingUnder(start + folder),
    short: (key) => Buffer.from(key).toString('utf8', cut),
  };
}

/** `folder` ends with a slash; `0` is the character after it. */
function everythingUnder(folder: string): KeyRange {
  return { key: Buffer.from(folder), rangeEnd: Buffer.from(`${folder.slice(0, -1)}0`) };
}
