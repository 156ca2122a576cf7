/** The user as whom etcd is asked, and the token that shows it: had for the password, kept until it is refused. */

import { readFile } from 'node:fs/promises';
import { EtcdFault } from './fault.js';
import { fileFault } from './tls-files.js';

export interface User {
  readonly name: string;
  /** Read anew at each login; a line break at its end does not count. */
  readonly passwordFile: string;
}

export interface Login {
  /** Null: no user is set, or etcd has no users yet. Rejects with an `EtcdFault`. */
  token(authenticate: Authenticate): Promise<string | null>;
  /** The token was refused, as when it has expired or etcd has restarted: the next one is had anew. */
  refused(token: string | null): void;
}

/** Asks etcd for a token. Rejects with an `EtcdFault`. */
export type Authenticate = (name: string, password: string) => Promise<string>;

/** All in milliseconds. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** For all connections to one cluster: the members know each other's tokens. */
export function openLogin(user: User | null): Login {
  let known: { readonly token: string | null } | undefined;
  let asking: Promise<string | null> | undefined;
  let failed:
    | { readonly password: string; readonly until: number; readonly wait: number; readonly fault: EtcdFault }
    | undefined;

  const ask = async ({ name, passwordFile }: User, authenticate: Authenticate): Promise<string | null> => {
    const password = await readPassword(passwordFile);
    // etcd makes each look at a password cost it some 60 ms of a processor on purpose: a thousand nodes that try one
    // wrong password at the pace of reconnecting would take it down. Another one in the file is tried at once.
    if (failed !== undefined && failed.password === password && performance.now() < failed.until)
      throw failed.fault;
    try {
      const token = await authenticate(name, password);
      failed = undefined;
      return token;
    } catch (error) {
      if (!(error instanceof EtcdFault)) throw error;
      if (error.matter === 'no users') return null;
      if (error.matter !== 'password') throw error;
      const fault = new EtcdFault('refused', `no user "${name}" with the password in ${passwordFile}`, {
        remedy: `correct the password there (the agent reads it anew), or make etcd know it: etcdctl user passwd ${name}, or user add ${name}`,
      });
      const wait = failed?.password === password ? Math.min(LONGEST_WAIT, failed.wait * 2) : FIRST_WAIT;
      failed = { password, wait, until: performance.now() + wait * (0.5 + 0.5 * Math.random()), fault };
      throw fault;
    }
  };

  return {
    async token(authenticate) {
      if (user === null) return null;
      if (known !== undefined) return known.token;
      asking ??= ask(user, authenticate)
        .then((token) => {
          known = { token };
          return token;
        })
        .finally(() => {
          asking = undefined;
        });
      return asking;
    },
    refused(token) {
      if (known?.token === token) known = undefined;
    },
  };
}

async function readPassword(path: string): Promise<string> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw fileFault('etcd.passwordFile', path, error as NodeJS.ErrnoException);
  }
  const password = content.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new EtcdFault('away', `etcd.passwordFile: ${path} is empty`, {
    remedy: 'write the password into it',
  });
}
