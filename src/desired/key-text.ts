/** Keys of the store as people are told of them: where a value is, and how to set it. */

export interface StoreWords {
  readonly source: 'etcd' | 'file';
  /** The prefix of all keys in etcd, such as `/katod`, or the path of the file. */
  readonly prefix: string;
}

export function keyPlace({ source, prefix }: StoreWords, key: string): string {
  return source === 'etcd' ? `${prefix}/${key}` : `${prefix}: ${key}`;
}

/** The line that sets a key; `value` is a placeholder in capitals or a plain word. */
export function setLine({ source, prefix }: StoreWords, key: string, value: string): string {
  return source === 'etcd' ? `etcdctl put ${prefix}/${key} ${value}` : `"${key}: ${value}" in ${prefix}`;
}

export function deleteLine({ source, prefix }: StoreWords, key: string): string {
  return source === 'etcd' ? `etcdctl del ${prefix}/${key}` : `remove ${key} from ${prefix}`;
}
