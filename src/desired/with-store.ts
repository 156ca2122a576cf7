/** The catalog with what is accepted of the store's definitions and roles. */
import type { Catalog } from '../catalog/catalog.js';
import { Overlays } from '../catalog/overlays.js';
import type { Accepted } from './accepted.js';
import { keyPlace, type StoreWords } from './key-text.js';

export function* withStore(
  catalog: Catalog,
  { components, roles }: Pick<Accepted, 'components' | 'roles'>,
  {
    words,
    overlays = new Overlays(catalog),
  }: { readonly words: StoreWords; readonly overlays?: Overlays | undefined },
): Generator<void, Catalog> {
  const placeOf = (name: string) => keyPlace(words, `cluster/components/${name}`);
  return yield* overlays.apply({ components, roles, placeOf });
}
