/** Sorts a component's containers by what they are to it: the one that counts, those to go, and surplus ones. */
import { containerName, failedName, retiredName } from './names.js';
import type { OwnContainer } from './observed.js';

export interface SortedOut {
  /** The component's container, or null. */
  readonly current: OwnContainer | null;
  /** Further ones that nobody marked as to go. */
  readonly surplus: readonly OwnContainer[];
  /** Renamed to `…-retired-…`: condemned, whoever did it and whenever. */
  readonly retired: readonly OwnContainer[];
  /** Renamed to `…-failed-…`: replacements that did not become ready. */
  readonly failed: readonly OwnContainer[];
}

/**
 * The one under the fixed name counts; where none has it, a running one before others, then the lowest id, so that
 * the same containers always give the same answer.
 */
export function sortOut(containers: readonly OwnContainer[], prefix: string, component: string): SortedOut {
  const fixed = containerName(prefix, component);
  const isRetired = (container: OwnContainer) =>
    container.name === retiredName(prefix, component, container.id);
  const isFailed = (container: OwnContainer) =>
    container.name === failedName(prefix, component, container.id);
  const byId = [...containers].sort((a, b) => (a.id < b.id ? -1 : 1));
  const active = byId
    .filter((container) => !isRetired(container) && !isFailed(container))
    .sort((a, b) => rank(a, fixed) - rank(b, fixed));
  return {
    current: active[0] ?? null,
    surplus: active.slice(1),
    retired: byId.filter(isRetired),
    failed: byId.filter(isFailed),
  };
}

function rank(container: OwnContainer, fixed: string): number {
  if (container.name === fixed) return 0;
  return container.state === 'running' ? 1 : 2;
}
