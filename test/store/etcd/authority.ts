/** A certificate authority for a test: makes certificates with openssl, right ones and wrong ones. */

import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from '../../sandbox/command.js';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Path of its own certificate. */
  readonly ca: string;
  issue(wanted: Wanted): Promise<Pair>;
}

export interface Wanted {
  /** The common name. */
  readonly name: string;
  /** `DNS:localhost`, `IP:127.0.0.1`. Default both. */
  readonly names?: readonly string[];
  /** From now; may be negative. Default 30. */
  readonly days?: number;
}

let issued = 0;

/** In a folder of its own under `folder`. */
export async function openAuthority(folder: string, name: string): Promise<Authority> {
  const home = join(folder, name);
  await mkdir(home);
  const openssl = (...args: string[]) => outputOf(['openssl', ...args], { cwd: home });
  const own = { cert: join(home, 'ca.crt'), key: join(home, 'ca.key') };
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...fresh,
    '-keyout',
    own.key,
    '-out',
    own.cert,
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
  );
  return {
    ca: own.cert,
    async issue({ name: subject, names = ['DNS:localhost', 'IP:127.0.0.1'], days = 30 }) {
      issued += 1;
      const base = join(home, `${subject}-${issued}`);
      await openssl(
        'req',
        ...fresh,
        '-keyout',
        `${base}.key`,
        '-out',
        `${base}.csr`,
        '-subj',
        `/CN=${subject}`,
      );
      const alternatives = names.length === 0 ? '' : `subjectAltName=${names.join(',')}\n`;
      await writeFile(`${base}.ext`, `${alternatives}extendedKeyUsage=serverAuth,clientAuth\n`);
      await openssl(
        ...[
          'x509',
          '-req',
          '-in',
          `${base}.csr`,
          '-CA',
          own.cert,
          '-CAkey',
          own.key,
          '-set_serial',
          `${issued}`,
        ],
        ...['-days', `${days}`, '-extfile', `${base}.ext`, '-out', `${base}.crt`],
      );
      return { cert: `${base}.crt`, key: `${base}.key` };
    },
  };
}

/** Puts a pair in the place of another, each file at once, as a tool that rotates them does. */
export async function rotate(from: Pair, to: Pair): Promise<void> {
  for (const part of ['key', 'cert'] as const) {
    await copyFile(from[part], `${to[part]}.new`);
    await rename(`${to[part]}.new`, to[part]);
  }
}
