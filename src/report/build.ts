/** The whole report: tells the truth about this node in the words of the contract's section 5. Pure. */
import type { Pause } from '../desired/desired.js';
import { atOnce } from '../desired/steps.js';
import { slotKey } from '../plan/disruption.js';
import { reportComponent, type Undated } from './component.js';
import type { ReportInput } from './input.js';
import { componentReason, failing, goneReasons, needsOperator, ready } from './reason.js';
import type { ComponentReport, Report, Status } from './report.js';

/** All steps at once. */
export function buildReport(input: ReportInput, previous: Report | null): Report {
  return atOnce(buildReportInSteps(input, previous));
}

/** `previous` lends the times since when a component is as it is. Yields after each component. */
export function* buildReportInSteps(input: ReportInput, previous: Report | null): Generator<void, Report> {
  const { desired, engine, store } = input;
  const before = new Map(previous?.components.map((component) => [component.name, component]));
  const components: ComponentReport[] = [];
  for (const name of names(input)) {
    components.push(dated(reportComponent(name, input), input.now, before.get(name)));
    yield;
  }
  const reasons = [
    ...(desired.known ? pauseReason(desired.paused, input) : [desired.why]),
    ...(store.unreadable === null || (!desired.known && desired.why === store.unreadable)
      ? []
      : [store.unreadable]),
    ...(store.hold === null ? [] : [`hold: ${store.hold}`]),
    ...(engine.reachable ? [] : [engineReason(engine.problem)]),
    ...input.problems.map(({ place, message }) => `${place}: ${message}`),
    ...components.flatMap((component) => {
      const reason = componentReason(component, refusals(component.name, input));
      return reason === null ? [] : [reason];
    }),
    ...goneReasons(input.plan, components),
  ];
  return {
    status: statusOf(input, components),
    node: input.node,
    address: input.address,
    stack: desired.known ? desired.stack : input.stack,
    roles: desired.known ? desired.roles : [],
    reasons,
    paused: desired.known && desired.paused,
    hold: store.hold,
    version: input.version,
    startedAt: input.startedAt,
    store: storePart(input),
    engine: {
      reachable: engine.reachable,
      version: engine.version?.version ?? null,
      api: engine.version?.api ?? null,
      problem: engine.problem,
    },
    slots: slotsOf(input),
    components,
  };
}

function slotsOf({ coordination: known }: ReportInput): Report['slots'] {
  if (known.kind !== 'joined') return [];
  const own = known.slots.filter(({ node }) => node === known.node);
  return own.map((slot) => ({
    slot: slotKey(slot),
    component: slot.component,
    since: slot.since,
    why: slot.why,
  }));
}

/** Whether every component of the last known desired state is current and ready, and why not. */
export function readiness(input: ReportInput, report: Report): { ok: boolean; reasons: readonly string[] } {
  const reasons = [
    ...(input.desired.known ? [] : [input.desired.why]),
    ...(input.engine.reachable ? [] : [engineReason(input.engine.problem)]),
    ...(input.observed === null && input.engine.reachable ? ['the engine has not been looked at yet'] : []),
    ...report.components.flatMap((component) => {
      if (ready(component)) return [];
      return [componentReason(component, refusals(component.name, input)) ?? `${component.name}: not ready`];
    }),
  ];
  return { ok: reasons.length === 0, reasons };
}

/** Components that are wanted, and those that are there though not wanted; none before it is known what is there. */
function names({ desired, observed }: ReportInput): readonly string[] {
  if (observed === null) return [];
  const wanted = desired.known ? [...desired.components.keys()] : [];
  return [...new Set([...wanted, ...observed.own.map(({ component }) => component)])].sort();
}

function dated(component: Undated, now: string, before: ComponentReport | undefined): ComponentReport {
  const same =
    before?.state === component.state &&
    before.health === component.health &&
    before.container?.id === component.container?.id;
  return { ...component, since: same && before ? before.since : now };
}

/** Why what it is to be made of is not known here. */
function refusals(name: string, { desired }: ReportInput): readonly string[] {
  const wanted = desired.known ? desired.components.get(name) : undefined;
  if (wanted === undefined || wanted.ok) return [];
  if (wanted.waits !== undefined) return [wanted.waits.why];
  return wanted.problems.map(({ place, message }) => `${place}: ${message}`);
}

function pauseReason(paused: Pause, { node }: ReportInput): readonly string[] {
  if (paused === false) return [];
  const what =
    paused === 'all' ? 'hands off' : 'nothing is created, replaced or removed; what ends is started';
  return [`node ${node} is paused: ${what}; end it with katod resume, or katod resume --cluster`];
}

function engineReason(problem: string | null): string {
  return `engine unreachable: ${problem ?? 'no answer'}`;
}

function storePart({ desired, store }: ReportInput): Report['store'] {
  const reachable = store.unreadable === null;
  const from = desired.known ? (reachable && store.hold === null ? desired.from : 'disk') : null;
  return {
    kind: store.kind,
    reachable,
    from,
    revision: desired.known ? desired.revision : null,
    problem: store.unreadable,
  };
}

function statusOf(input: ReportInput, components: readonly ComponentReport[]): Status {
  const { desired, engine, store, problems } = input;
  if (!desired.known && desired.unassigned && problems.length === 0 && store.unreadable === null)
    return 'unassigned';
  const trouble = !desired.known || store.unreadable !== null || store.hold !== null || problems.length > 0;
  if (trouble || (!engine.reachable && engine.version !== null)) return 'degraded';
  if (input.plan.stuck.some(({ state }) => state === 'refused')) return 'degraded';
  if (needsOperator(desired)) return 'degraded';
  if (components.some((component) => failing(component, input))) return 'degraded';
  if (desired.known && desired.paused !== false) return 'paused';
  const settled =
    components.every((component) => ready(component) && component.doing === null) &&
    goneReasons(input.plan, components).length === 0;
  return engine.reachable && input.observed !== null && settled ? 'healthy' : 'converging';
}
