/** What is told of definitions that nobody has run yet: the key `untested`. */
import type { Catalog } from './catalog.js';

export const untestedMeans = 'written from documents, and not run yet: look at it before you rely on it';

/** By name. */
export function untestedIn({ components }: Catalog): readonly string[] {
  return [...components.values()].filter(({ untested }) => untested).map(({ name }) => name);
}
