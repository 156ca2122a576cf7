/** What is to be said of one component: as data, and as text for people. Pure. */
import { adviceOn } from '../report/advice.js';
import type { AgentEvent } from '../report/event-ring.js';
import type { ComponentReport, Report } from '../report/report.js';
import type { PlanBody } from '../server/plan-body.js';
import { age } from './age.js';
import { alignColumns, breakLine, type Cell } from './columns.js';
import type { Drawing } from './status-text.js';

export interface Explanation {
  /** `here`: worked out without an agent, so nothing is known of probes and events. */
  readonly from: 'agent' | 'here';
  readonly component: string;
  readonly node: Pick<Report, 'node' | 'status' | 'roles' | 'stack' | 'paused' | 'hold'>;
  /** As `/health` has it; null where it is neither wanted here nor there. */
  readonly report: ComponentReport | null;
  /** Why it, or all of the node, is not as it should be. */
  readonly reasons: readonly string[];
  /** What the next pass does for it, or why nothing. Null: there is nothing to do. */
  readonly next: string | null;
  readonly advice: readonly string[];
  /** The last ones about it, newest last. */
  readonly events: readonly AgentEvent[];
}

export interface Known {
  readonly from: Explanation['from'];
  readonly report: Report;
  readonly plan: PlanBody;
  readonly events: readonly AgentEvent[];
}

/** `elsewhere`: why it is not wanted here, for one that is not in the report. */
export function explanationOf(
  name: string,
  { from, report, plan, events }: Known,
  elsewhere: string,
): Explanation {
  const { node, status, roles, stack, paused, hold } = report;
  const component = report.components.find((one) => one.name === name) ?? null;
  const ofOthers = report.components.filter((one) => one !== component).map((one) => `${one.name}: `);
  const line = plan.text.split('\n').find((text) => text.startsWith(`${name}: `));
  return {
    from,
    component: name,
    node: { node, status, roles, stack, paused, hold },
    report: component,
    reasons: report.reasons.filter((reason) => !ofOthers.some((start) => reason.startsWith(start))),
    next: line?.slice(name.length + 2) ?? null,
    advice: component === null ? [elsewhere] : adviceOn(component, report),
    events: events.filter((event) => event.component === name),
  };
}

/** So many events are shown to people. */
const EVENTS_SHOWN = 12;

export function explanationLines(explanation: Explanation, drawing: Drawing): readonly string[] {
  const { component, from, report, reasons, next, advice, events } = explanation;
  const { paint, now, columns } = drawing;
  const head = alignColumns(headRows(explanation, now), paint);
  const list = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0
      ? []
      : ['', paint('bold', title), ...texts.flatMap((text) => breakLine(`- ${text}`, columns, '  '))];
  const told = events
    .slice(-EVENTS_SHOWN)
    .map((event): readonly Cell[] => [
      { text: `${age(event.time, now)} ago` },
      { text: event.kind },
      { text: event.message },
    ]);
  return [
    paint('bold', `${component}: ${report === null ? 'not here' : inWords(report)}`),
    ...(from === 'here' ? ['no agent answers: probes and past events are not known'] : []),
    '',
    ...head,
    ...list('why', reasons),
    ...list('next', next === null ? [] : [next]),
    ...list('to do', advice),
    ...(told.length === 0 ? [] : ['', paint('bold', 'events'), ...alignColumns(told, paint)]),
  ];
}

function inWords({ state, health, leader, current, wanted }: ComponentReport): string {
  return [
    state,
    ...(state === 'running' ? [health] : []),
    ...(leader === true ? ['leader'] : []),
    wanted === null ? 'not wanted here' : current ? 'as wanted' : 'not as wanted',
  ].join(', ');
}

function headRows({ node, report }: Explanation, now: number): readonly (readonly Cell[])[] {
  const roles = node.roles.length === 0 ? 'no roles' : `roles ${node.roles.join(', ')}`;
  const rows: [string, string][] = [
    ['node', `${node.node}, ${node.status}, ${roles} of stack ${node.stack}`],
  ];
  if (report !== null) {
    const { wanted, container, doing, lastExit, lastAction, restarts, since } = report;
    const definition = (text: string) => `definition ${text.slice(0, 12)}`;
    rows.push(['wanted', wanted === null ? 'nothing' : `${wanted.image}, ${definition(wanted.definition)}`]);
    const started = container?.startedAt ? `, started ${age(container.startedAt, now)} ago` : '';
    rows.push([
      'there',
      container === null
        ? 'no container'
        : `container ${container.id.slice(0, 12)}, ${container.image}, ${definition(container.definition)}${started}`,
    ]);
    rows.push(['since', `${age(since, now)}, ${restarts} restarts`]);
    if (doing !== null) {
      const what = doing.waits === null ? doing.what : `waits for ${doing.waits}`;
      const until = doing.until === null ? '' : `, until ${doing.until}`;
      rows.push(['doing', `${what}${until}: ${doing.because}`]);
    }
    if (lastAction !== null)
      rows.push(['last', `${lastAction.what} ${age(lastAction.at, now)} ago: ${lastAction.because}`]);
    if (lastExit !== null) {
      const memory = lastExit.oomKilled ? ', out of memory' : '';
      rows.push(['exit', `code ${lastExit.code}${memory}, ${age(lastExit.at, now)} ago`]);
    }
    if (report.output !== '') rows.push(['probe', report.output]);
  }
  return rows.map(([title, text]) => [{ text: title, colour: 'bold' }, { text }]);
}
