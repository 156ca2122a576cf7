/** How etcd is let see who asks: certificates for TLS, a user with a password, or neither. One for all connections. */

import { type Login, openLogin, type User } from './login.js';
import type { TlsFiles } from './tls-files.js';

export interface Access {
  readonly files: TlsFiles;
  readonly user: User | null;
  readonly login: Login;
}

export function openAccess({
  files = {},
  user = null,
}: {
  files?: TlsFiles;
  user?: User | null;
} = {}): Access {
  return { files, user, login: openLogin(user) };
}
