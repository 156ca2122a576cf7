/** What the server may see and ask of the agent: everything it tells comes through here, and is in memory already. */
import type { EventRing } from '../report/event-ring.js';
import type { Report } from '../report/report.js';
import type { PlanBody } from './plan-body.js';

export interface Readiness {
  readonly ok: boolean;
  readonly reasons: readonly string[];
  /** What it was read off. */
  readonly report: Report;
}

/**
 * No method throws or waits for more than its turn: an answer must not depend on the store or the engine. What takes long
 * with many components is done in slices, so that others are answered between them.
 */
export interface AgentView {
  /** Whether the agent's own loop turns; nothing remote counts. */
  alive(): boolean;
  report(): Promise<Report>;
  /** Whether every component of the last known desired state is current and ready, else one reason a line. */
  ready(): Promise<Readiness>;
  /** What the next pass would do, as data and as `katod plan` prints it. */
  plan(): PlanBody;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  readonly events: Pick<EventRing, 'after' | 'follow'>;
  /** Asks for a pass now. */
  reconcile(): void;
}
