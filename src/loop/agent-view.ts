/** The agent as the server sees it: the report, readiness and the plan, always out of memory. */

import type { Logger } from 'pino';
import type { AgentMetrics } from '../metrics/agent-metrics.js';
import { nodeFamilies } from '../metrics/node-families.js';
import type { ProcessWatch } from '../metrics/process-families.js';
import { printPlan } from '../plan/print.js';
import { buildReportInSteps, readiness } from '../report/build.js';
import type { EventRing } from '../report/event-ring.js';
import type { ReportInput } from '../report/input.js';
import { masked, maskedInSteps } from '../report/masked.js';
import { newsOf } from '../report/news.js';
import type { Report } from '../report/report.js';
import type { Mask } from '../report/secrets.js';
import { planBody } from '../server/plan-body.js';
import type { AgentView } from '../server/view.js';
import type { Clock } from './clock.js';
import type { FollowedStore } from './follow-store.js';
import type { Loop } from './loop.js';
import { inSlices } from './slices.js';

export interface AgentViewOptions {
  readonly node: string;
  readonly address: string;
  /** Of the agent. */
  readonly version: string;
  readonly prefix: string;
  /** Stack where nothing is known to be wanted. */
  readonly stack: string;
  readonly storeKind: 'etcd' | 'file';
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Whatever is told goes through it. */
  readonly mask: Mask;
  readonly events: EventRing;
  readonly metrics: AgentMetrics;
  readonly process: Pick<ProcessWatch, 'families'>;
  readonly loop: Pick<Loop, 'state' | 'pullProgress' | 'pulling' | 'alive' | 'reconcile'>;
  readonly followed: Pick<FollowedStore, 'problems' | 'unreadable' | 'hold'>;
}

export interface RememberingView extends AgentView {
  /** Takes note of changes, so that `since` is right when somebody asks, and logs them. */
  note(): Promise<Report>;
}

export function openAgentView(options: AgentViewOptions): RememberingView {
  const { loop, clock, log, mask, events, metrics, process } = options;
  const startedAt = clock.date().toISOString();
  let last: Report | null = null;
  let noted: Report | null = null;
  const tell = async () => {
    const before = last;
    const input = reportInput(options, startedAt);
    const steps = maskedInSteps(buildReportInSteps(input, before), mask);
    const report = await inSlices(steps, { now: () => clock.now() });
    // One that was told meanwhile stays: its times since when are those that were seen.
    if (last === before) last = report;
    return { input, report };
  };
  let noting: Promise<unknown> = Promise.resolve();
  const note = async () => {
    const { report: told } = await tell();
    for (const { event, log: line } of newsOf(noted, told)) {
      events.add(event);
      if (line !== null) log[line.level](line.fields, line.message);
    }
    noted = told;
    metrics.present(new Set(told.components.map(({ name }) => name)), clock.now());
    return told;
  };
  return {
    note() {
      const mine = noting.then(note, note);
      noting = mine;
      return mine;
    },
    alive: () => loop.alive(),
    report: async () => (await tell()).report,
    async ready() {
      const { input, report } = await tell();
      return { ...masked(readiness(input, report), mask), report };
    },
    plan() {
      const { plan } = loop.state();
      return masked(planBody(plan, printPlan(plan).join('\n')), mask);
    },
    reconcile: () => loop.reconcile(),
    events,
    async metrics() {
      const { report } = await tell();
      const { lanes, relistFound } = loop.state();
      const sight = {
        report,
        lanes: lanes.size,
        pulls: loop.pulling().size,
        relistFound,
        followers: events.followers(),
      };
      return metrics.text([...nodeFamilies(sight), ...process.families()]);
    },
  };
}

function reportInput(
  { loop, followed, clock, storeKind, ...rest }: AgentViewOptions,
  startedAt: string,
): ReportInput {
  const now = clock.now();
  const date = clock.date();
  return {
    ...rest,
    ...loop.state(),
    startedAt,
    now: date.toISOString(),
    pulls: new Map([...loop.pulling()].map((image) => [image, loop.pullProgress(image)])),
    store: { kind: storeKind, unreadable: followed.unreadable(), hold: followed.hold() },
    problems: followed.problems(),
    stamp: (milliseconds) => new Date(date.getTime() + milliseconds - now).toISOString(),
  };
}
