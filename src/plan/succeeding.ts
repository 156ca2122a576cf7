/** Whose time to become ready is running: a container in the place of a stopped predecessor that could be up by now. */
import type { Desired } from '../desired/desired.js';
import { inForceOf } from '../desired/in-force.js';
import type { Observed } from './observed.js';
import { ofComponent } from './of-component.js';
import { sortOut } from './sort-out.js';
import { isRunning } from './standing.js';
import { unreadyBefore } from './start.js';

/** By component. One that waits for others has not failed at anything, and its time has not begun. */
export function succeedingIn(observed: Observed, desired: Desired, prefix: string): ReadonlySet<string> {
  const components = new Set(observed.own.map(({ component }) => component));
  const succeeding = [...components].filter((component) => {
    const { current, retired } = sortOut(ofComponent(observed.own, component), prefix, component);
    if (current === null || retired.length === 0 || retired.some(isRunning)) return false;
    const spec = inForceOf(desired, component);
    return isRunning(current) || spec === null || unreadyBefore(spec, { desired, observed }).length === 0;
  });
  return new Set(succeeding);
}
