/** The containers of one component, found without a walk through all of them: one look is asked for each component. */
import type { OwnContainer } from './observed.js';

/** What was seen in one look never changes, so it is sorted once. */
const sorted = new WeakMap<readonly OwnContainer[], ReadonlyMap<string, readonly OwnContainer[]>>();
const NONE: readonly OwnContainer[] = [];

/** In the order of `seen`, which must not change afterwards. */
export function ofComponent(seen: readonly OwnContainer[], component: string): readonly OwnContainer[] {
  const known = sorted.get(seen);
  if (known !== undefined) return known.get(component) ?? NONE;
  const byComponent = new Map<string, OwnContainer[]>();
  for (const container of seen) {
    const others = byComponent.get(container.component);
    if (others === undefined) byComponent.set(container.component, [container]);
    else others.push(container);
  }
  sorted.set(seen, byComponent);
  return byComponent.get(component) ?? NONE;
}
