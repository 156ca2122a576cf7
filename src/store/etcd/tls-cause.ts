/** Why a TLS connection to a member of etcd came to nothing, in words: whose certificate, and what is wrong with it. */

import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { dialFault, EtcdFault } from './fault.js';
import type { TlsMaterial } from './tls-files.js';

/** The handshake was done, and the member's certificate is not to be trusted. */
export function distrust(host: string, socket: TLSSocket, { files }: TlsMaterial): EtcdFault {
  const code = String(socket.authorizationError);
  const chain = chainOf(socket.getPeerCertificate(true));
  const [leaf] = chain;
  if (leaf === undefined) return new EtcdFault('away', 'it showed no certificate');
  switch (code) {
    case 'CERT_HAS_EXPIRED': {
      // Of the chain it must be the one that ends first.
      const ended = chain.reduce((one, other) => (time(other.validTo) < time(one.validTo) ? other : one));
      return new EtcdFault('away', `certificate ${name(ended)} expired on ${day(ended.validTo)}`, {
        remedy: 'renew it on that member of etcd; if it is not that old, set the clock of this host',
      });
    }
    case 'CERT_NOT_YET_VALID': {
      const late = chain.reduce((one, other) => (time(other.validFrom) > time(one.validFrom) ? other : one));
      return new EtcdFault('away', `certificate ${name(late)} is only valid from ${day(late.validFrom)}`, {
        remedy: 'set the clock of this host, or have it issued anew',
      });
    }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return new EtcdFault('away', `certificate ${name(leaf)} is for another host: ${namesIn(leaf)}`, {
        remedy: `name the endpoint as the certificate does, or have ${host} put into the certificate`,
      });
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
    case 'CERT_UNTRUSTED': {
      const trusted = files.ca === undefined ? 'that this system trusts' : `in ${files.ca}`;
      return new EtcdFault(
        'away',
        `certificate ${name(leaf)} is by ${issuer(leaf)}, and not by a CA ${trusted}`,
        {
          remedy: `set etcd.ca to the file of the CA that issues etcd's certificates`,
        },
      );
    }
    default:
      return new EtcdFault('away', `certificate ${name(leaf)} is not to be trusted (${code})`, {
        remedy: 'have it issued anew',
      });
  }
}

/** The connection failed, before the handshake was done or right after it, when the member judges our certificate. */
export function tlsFault(error: NodeJS.ErrnoException, material: TlsMaterial): EtcdFault {
  const code = error.code ?? '';
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) {
    return new EtcdFault('away', 'it does not speak TLS', {
      remedy: 'write http:// in etcd.endpoints, or set up TLS there',
    });
  }
  if (
    /ALERT_(BAD|UNSUPPORTED)_CERTIFICATE|ALERT_CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED|ALERT_HANDSHAKE_FAILURE/.test(
      code,
    )
  ) {
    return ownRefused(material);
  }
  if (/ALERT_(PROTOCOL_VERSION|INSUFFICIENT_SECURITY)|UNSUPPORTED_PROTOCOL|NO_CIPHERS/.test(code)) {
    return new EtcdFault('away', 'it speaks no version of TLS that this program does', {
      remedy: 'let it speak TLS 1.2 or 1.3',
    });
  }
  return dialFault(error);
}

function ownRefused({ own, files }: TlsMaterial): EtcdFault {
  if (own === null) {
    return new EtcdFault('away', 'it asks for a client certificate, and none is set', {
      remedy: 'set etcd.cert and etcd.key',
    });
  }
  const validity = `valid from ${day(own.validFrom)} to ${day(own.validTo)}`;
  const shown = `${files.cert ?? ''}, ${name(own)} by ${issuer(own)}, ${validity}`;
  return new EtcdFault('away', `it refuses the client certificate (${shown})`, {
    remedy:
      'have one issued for client authentication by the CA that etcd trusts (its --trusted-ca-file), or renew it if it has expired',
  });
}

/** From the member's own certificate up. */
function chainOf(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  let next: DetailedPeerCertificate | undefined = leaf;
  // A self-signed certificate is its own issuer; one that was not sent at all is empty.
  while (next?.raw !== undefined && !seen.has(next)) {
    seen.add(next);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

/** The common name, or all of the subject where there is none. */
export function commonName(subject: string): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}

function name({ subject }: X509Certificate): string {
  return JSON.stringify(commonName(subject ?? ''));
}

function issuer(certificate: X509Certificate): string {
  return JSON.stringify(commonName(certificate.issuer ?? ''));
}

function namesIn({ subjectAltName, subject }: X509Certificate): string {
  if (subjectAltName !== undefined) return subjectAltName.replaceAll('IP Address:', 'IP:');
  return `${commonName(subject)}, as a common name, which does not count`;
}

function time(text: string): number {
  return Date.parse(text);
}

/** `Nov 21 03:55:17 2026 GMT` as `2026-11-21`. */
function day(text: string): string {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? text : new Date(parsed).toISOString().slice(0, 10);
}
