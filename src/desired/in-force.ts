/** Which spec of a component counts: the wanted one, or where that is refused, the last good one. */
import type { ComponentSpec, Desired, Wanted } from './desired.js';

export function specInForce(wanted: Wanted | undefined): ComponentSpec | null {
  if (wanted === undefined) return null;
  return wanted.ok ? wanted.spec : wanted.inForce;
}

/** By component; null: none, or it is not known what is wanted. */
export function inForceOf(desired: Desired | null, component: string): ComponentSpec | null {
  return desired?.known ? specInForce(desired.components.get(component)) : null;
}
