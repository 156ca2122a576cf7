/** A new member of an ensemble whose others have to know of it before it starts: a quorum of theirs too small corrupts. */
import type { ComponentSpec } from '../desired/desired.js';
import type { Waiting } from './action.js';
import { nodeOf } from './at-will.js';
import { joinPermission, wishToKnow } from './disruption.js';
import type { PlanInput } from './plan.js';

/** Null: it may start, as far as the others are concerned. Asked only where there is no container of it yet. */
export function joinObstacle(spec: ComponentSpec, { coordination }: PlanInput): Waiting | null {
  const { name: component, definition, disruption, ensemble } = spec;
  if (disruption.joins === 'first' || ensemble === undefined) return null;
  const others = ensemble.nodes.filter((node) => node !== nodeOf(coordination));
  const wish = wishToKnow({ component, definition, group: disruption.group, what: 'join', others });
  const permission = joinPermission(wish, coordination);
  if (permission.kind !== 'wait') return null;
  return { component, waits: 'ensemble', until: null, because: permission.because, wish };
}
