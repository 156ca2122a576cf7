/** The sentences about users and their rights: who asked for what, and how the right is given. */

import type { Access } from './access.js';
import { EtcdFault } from './fault.js';
import type { RangeRequest, TxnRequest } from './messages.js';
import { commonName } from './tls-cause.js';
import type { TlsMaterial } from './tls-files.js';

/** etcd takes the common name of a client certificate for a user where no other one logs in. */
export function whoAsks({ user }: Access, tls: TlsMaterial | null): string {
  if (user !== null) return `user "${user.name}"`;
  if (tls?.own) return `user "${commonName(tls.own.subject ?? '')}" of the client certificate`;
  return 'whoever has no user';
}

export function mayNotRead(who: string, { key, rangeEnd }: RangeRequest): EtcdFault {
  const name = text(key);
  // A single key is read to be written.
  const right = rangeEnd === undefined ? `readwrite ${name}` : `read ${name} --prefix=true`;
  return new EtcdFault('refused', `${who} may not read ${name}`, {
    matter: 'permission',
    remedy: `etcdctl role grant-permission ROLE ${right}, for a role of that user`,
  });
}

/** A write compares the key's revision, for which it must be readable as well. */
export function mayNotWrite(who: string, { compare = [], success = [] }: TxnRequest): EtcdFault {
  const written = success.map(({ put, deleteRange }) => put?.key ?? deleteRange?.key);
  const names = [...new Set([...written, ...compare.map(({ key }) => key)].map(text))].filter(
    (name) => name !== '',
  );
  return new EtcdFault('refused', `${who} may not write ${names.join(', ')}`, {
    matter: 'permission',
    remedy: `etcdctl role grant-permission ROLE readwrite ${names[0] ?? 'KEY'}, for a role of that user`,
  });
}

export function needsUser({ message }: EtcdFault): EtcdFault {
  return new EtcdFault('refused', `it has users, and this program is none of them (${message})`, {
    matter: 'token',
    remedy: 'set etcd.username and etcd.passwordFile, or etcd.cert and etcd.key of a user',
  });
}

function text(key: Uint8Array | undefined): string {
  return key === undefined ? '' : Buffer.from(key).toString('utf8');
}
