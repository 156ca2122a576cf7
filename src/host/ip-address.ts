/** Addresses out of their bytes, as people write them. */

/** The canonical text of 16 bytes (RFC 5952); an IPv4 address mapped into IPv6 is given as the IPv4 address. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return ipv4Text(bytes.subarray(12, 16));
  }
  // The URL parser knows the rules of shortening; a second implementation would only add mistakes.
  const spelled = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${spelled}]/`).hostname.slice(1, -1);
}

/** The dotted text of 4 bytes. */
export function ipv4Text(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4)).join('.');
}
