/** Spreads over a little time what all nodes would do in the same second. Pure: a node's share follows from its name. */
import { createHash } from 'node:crypto';

export interface Spread {
  readonly node: string;
  /** Milliseconds over which the nodes are spread; 0: not at all. */
  readonly over: number;
}

/** Milliseconds, at least 0 and less than `over`, always the same for a node and an image. */
export function spreadDelay(image: string, { node, over }: Spread): number {
  const bytes = createHash('sha256').update(`${node}\n${image}`).digest();
  return Math.floor((bytes.readUInt32BE() / 2 ** 32) * over);
}
