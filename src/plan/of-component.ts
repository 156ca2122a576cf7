/** What is of one component in a list, found without a walk through all of it: that is asked for each component. */

interface OfOne {
  readonly component: string;
}

/** What was seen in one look, or is in one plan, never changes, so it is sorted once. */
const sorted = new WeakMap<readonly OfOne[], ReadonlyMap<string, readonly OfOne[]>>();
const NONE: readonly never[] = [];

/** In the order of `list`, which must not change afterwards. */
export function ofComponent<One extends OfOne>(list: readonly One[], component: string): readonly One[] {
  const known = sorted.get(list) as ReadonlyMap<string, readonly One[]> | undefined;
  if (known !== undefined) return known.get(component) ?? NONE;
  const byComponent = new Map<string, One[]>();
  for (const one of list) {
    const others = byComponent.get(one.component);
    if (others === undefined) byComponent.set(one.component, [one]);
    else others.push(one);
  }
  sorted.set(list, byComponent);
  return byComponent.get(component) ?? NONE;
}
