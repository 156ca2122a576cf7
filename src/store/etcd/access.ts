/** How etcd is let see who asks: certificates for TLS, a user with a password, or neither. One for all connections. */

import { type Login, openLogin, type User } from './login.js';
import type { TlsFiles } from './tls-files.js';

/** `call`: its name in etcd's API, such as `Range`; `error` null: it went well. */
export type CallEnded = (call: string, milliseconds: number, error: unknown) => void;

export interface Access {
  readonly files: TlsFiles;
  readonly user: User | null;
  readonly login: Login;
  /** Told when a call has ended, whichever connection it went over. */
  readonly onCall: CallEnded;
}

export function openAccess({
  files = {},
  user = null,
  onCall = () => {},
}: {
  files?: TlsFiles;
  user?: User | null;
  onCall?: CallEnded;
} = {}): Access {
  return { files, user, login: openLogin(user), onCall };
}
