/** A socket on this host that waits for connections or datagrams. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0`, `::`, or one address. */
  readonly address: string;
  readonly port: number;
  /** Socket inode: leads to the process that holds it. */
  readonly inode: string;
}
