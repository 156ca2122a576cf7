/** The certificates and the key that a connection to etcd is made with, read anew each time: they are rotated. */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { EtcdFault } from './fault.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** Default: the CAs that the system trusts. */
  readonly ca?: string;
  /** Given together, or neither. */
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsMaterial {
  readonly context: SecureContext;
  readonly files: TlsFiles;
  /** This program's certificate. */
  readonly own: X509Certificate | null;
}

/** Where distributions keep the CAs that the system trusts; OpenSSL's own variable goes first. */
const SYSTEM_CAS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Rejects with an `EtcdFault` that names the setting, the file, and what is wrong with it. */
export async function readTls(files: TlsFiles): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    files.ca === undefined ? systemCas() : pem('etcd.ca', files.ca),
    files.cert === undefined ? undefined : pem('etcd.cert', files.cert),
    files.key === undefined ? undefined : pem('etcd.key', files.key),
  ]);
  if (files.ca !== undefined) certificateIn('etcd.ca', files.ca, ca);
  const own = files.cert === undefined ? null : certificateIn('etcd.cert', files.cert, cert);
  try {
    const context = createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { context, files, own };
  } catch (error) {
    throw contextFault(files, error as NodeJS.ErrnoException);
  }
}

async function pem(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileFault(setting, path, error as NodeJS.ErrnoException);
  }
}

/** Undefined: Node's own list. */
async function systemCas(): Promise<Buffer | undefined> {
  const { SSL_CERT_FILE: chosen } = process.env;
  for (const path of chosen === undefined || chosen === '' ? SYSTEM_CAS : [chosen]) {
    try {
      return await readFile(path);
    } catch {
      // Each distribution has one of them.
    }
  }
  return undefined;
}

function certificateIn(setting: string, path: string, content: Buffer | undefined): X509Certificate {
  try {
    return new X509Certificate(content ?? '');
  } catch {
    const remedy = `put a certificate in PEM form there (it begins with -----BEGIN CERTIFICATE-----)`;
    throw new EtcdFault('away', `${setting}: ${path} holds no certificate`, { remedy });
  }
}

function contextFault({ cert = '', key = '' }: TlsFiles, error: NodeJS.ErrnoException): EtcdFault {
  if (error.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
    return new EtcdFault('away', `etcd.key: ${key} is not the key of the certificate in ${cert}`, {
      remedy: 'put the key and the certificate of one pair there',
    });
  }
  return new EtcdFault(
    'away',
    `etcd.key: ${key} holds no key that can be used (${error.code ?? error.message})`,
    {
      remedy: 'put a key in PEM form there, without a passphrase',
    },
  );
}

/** Of any file that a setting names. */
export function fileFault(
  setting: string,
  path: string,
  { code, message }: NodeJS.ErrnoException,
): EtcdFault {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new EtcdFault('away', `${setting}: there is no file ${path}`, {
        remedy: `put it there, or correct ${setting}`,
      });
    case 'EACCES':
    case 'EPERM':
      return new EtcdFault('away', `${setting}: permission denied to read ${path}`, {
        remedy: 'let this program read it',
      });
    case 'EISDIR':
      return new EtcdFault('away', `${setting}: ${path} is a folder`, { remedy: 'name a file' });
    default:
      return new EtcdFault('away', `${setting}: ${path} can't be read (${code ?? message})`, {
        remedy: 'see that it can be read',
      });
  }
}
