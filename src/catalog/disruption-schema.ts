/** The schema of a component's `disruption`: how many nodes may have it down at will, and what asks the others first. */
import * as z from 'zod';
import * as leaf from './leaf.js';
import { peerProbeSchema } from './probe-schema.js';

/** So many nodes at once, or so large a share of those that have the component. */
export type MostDown =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly percent: number };

export function disruptionSchema(text: leaf.Leaf) {
  const asked = z.array(peerProbeSchema(text)).optional();
  return z.strictObject({
    max: text(mostDown).optional(),
    group: text(leaf.name).optional(),
    readyWithin: text(leaf.positiveDuration).optional(),
    joins: text(leaf.oneOf('first', 'last')).optional(),
    peers: z
      .strictObject({
        /** One probe for each other node; `least` of them must pass. Default: all. */
        serve: asked,
        least: text(leaf.count(0, 1_000)).optional(),
        /** One of these must pass. */
        any: asked,
      })
      .optional(),
  });
}

export type DisruptionText = z.infer<ReturnType<typeof disruptionSchema>>;

function mostDown(value: string): leaf.Meaning<MostDown> {
  const [, digits = '', sign] = /^(\d{1,4})(%?)$/.exec(value) ?? [];
  const number = Number(digits);
  if (number >= 1 && sign === '') return { value: { kind: 'count', count: number } };
  if (number >= 1 && number <= 100 && sign === '%') return { value: { kind: 'share', percent: number } };
  return { expected: 'a number of nodes such as 1, or a share of them such as 10%' };
}
