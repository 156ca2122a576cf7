/** Which `Host` the API answers to: a web page that rebinds its own name to this address must get nothing. */
import { isIPv4, isIPv6 } from 'node:net';

export interface ServerNames {
  readonly node: string;
  readonly hostname: string;
  /** Further names, from the setting `hostNames`. */
  readonly hostNames: readonly string[];
}

/**
 * Whether a `Host` header, with or without a port, is an IP literal or one of the names, in any case
 * (contract, section 5).
 */
export function answersTo(names: ServerNames, host: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIPv6(bracketed);
  if (plain === undefined || plain === '') return false;
  if (isIPv4(plain)) return true;
  const known = ['localhost', names.node, names.hostname, ...names.hostNames];
  return known.some((name) => name.toLowerCase() === plain.toLowerCase());
}
