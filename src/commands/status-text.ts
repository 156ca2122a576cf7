/** The report of `/health` as a table for people: pure. */
import { ready } from '../report/reason.js';
import type { ComponentReport, Report, Status } from '../report/report.js';
import { age, length } from './age.js';
import { alignColumns, breakLine, type Cell, type Colour, type Paint } from './columns.js';

export interface Drawing {
  readonly columns: number;
  readonly paint: Paint;
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
}

const STATUS_COLOURS: Readonly<Record<Status, Colour>> = {
  healthy: 'green',
  converging: 'yellow',
  degraded: 'red',
  paused: 'yellow',
  unassigned: 'yellow',
};

/** An action is shown for so long after it began, in milliseconds. */
const LATELY = 5 * 60_000;

/** The lines of the table. */
export function statusLines(report: Report, drawing: Drawing): readonly string[] {
  const { columns, paint } = drawing;
  const header = alignColumns(headerRows(report, drawing), paint);
  const reasons = report.reasons.flatMap((reason) => breakLine(`- ${reason}`, columns, '  '));
  const components = componentLines(report.components, drawing);
  return [
    ...header,
    ...(components.length === 0 ? [] : ['', ...components]),
    ...section('reasons', reasons, paint),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines];
}

function headerRows(report: Report, { now }: Drawing): readonly (readonly Cell[])[] {
  const { store, engine } = report;
  const revision = store.revision === null ? '' : `, revision ${store.revision}`;
  const from = store.from === 'disk' ? ', from the last known good on disk' : '';
  const rows: [string, Cell][] = [
    ['status', { text: report.status, colour: STATUS_COLOURS[report.status] }],
    ['node', { text: `${report.node}, ${report.address}` }],
    ['roles', { text: rolesInWords(report) }],
    ['stack', { text: report.stack }],
    [
      'store',
      store.reachable
        ? { text: `${store.kind}${revision}${from}` }
        : { text: `${store.kind}, unreachable${from}`, colour: 'red' },
    ],
    [
      'engine',
      engine.reachable
        ? { text: `Docker ${engine.version ?? '?'}, API ${engine.api ?? '?'}` }
        : { text: 'unreachable', colour: 'red' },
    ],
    ['agent', { text: `${report.version}, up ${age(report.startedAt, now)}` }],
  ];
  if (report.paused !== false)
    rows.push(['paused', { text: report.paused === 'all' ? 'all' : 'yes', colour: 'yellow' }]);
  for (const { slot, component, since } of report.slots)
    rows.push(['slot', { text: `${slot}, for ${component} since ${age(since, now)}` }]);
  if (report.hold !== null) rows.push(['hold', { text: report.hold, colour: 'yellow' }]);
  return rows.map(([name, cell]) => [{ text: name, colour: 'bold' }, cell]);
}

function componentLines(components: readonly ComponentReport[], drawing: Drawing): readonly string[] {
  if (components.length === 0) return [];
  const titles = ['COMPONENT', 'STATE', 'HEALTH', 'CURRENT', 'RESTARTS', 'SINCE'];
  const rows = [
    titles.map((text): Cell => ({ text, colour: 'bold' })),
    ...components.map((one) => componentRow(one, drawing)),
  ];
  const [title = '', ...lines] = alignColumns(rows, drawing.paint);
  return [title, ...components.flatMap((one, index) => [lines[index] ?? '', ...detailLines(one, drawing)])];
}

function componentRow(component: ComponentReport, { now }: Drawing): readonly Cell[] {
  const { state, health, leader, current } = component;
  const good = state === 'running' || ready(component);
  return [
    { text: component.name },
    { text: state, ...(good ? {} : { colour: state === 'created' ? 'yellow' : 'red' }) },
    {
      text: leader === true ? `${health}, leader` : health,
      colour: health === 'ready' ? 'green' : health === 'failing' ? 'red' : 'yellow',
    },
    current ? { text: 'yes' } : { text: 'no', colour: 'yellow' },
    { text: String(component.restarts) },
    { text: age(component.since, now) },
  ];
}

/** What is being done or waited for, else what was done lately; and how it ended last where it is down: below the row. */
function detailLines(component: ComponentReport, { columns, paint, now }: Drawing): readonly string[] {
  const { doing, lastAction, lastExit, state } = component;
  const texts: string[] = [];
  if (doing !== null) {
    const what = doing.waits === null ? doing.what : `waits for ${doing.waits}`;
    const share = doing.progress === null ? '' : ` ${Math.round(doing.progress * 100)} %`;
    const until = doing.until === null ? '' : ` (in ${length(Date.parse(doing.until) - now)})`;
    texts.push(`${what}${share}${until}: ${doing.because}`);
  } else if (lastAction !== null && now - Date.parse(lastAction.at) < LATELY) {
    texts.push(`${lastAction.what} ${age(lastAction.at, now)} ago: ${lastAction.because}`);
  }
  if (lastExit !== null && state !== 'running') {
    const memory = lastExit.oomKilled ? ', out of memory' : '';
    texts.push(`last exit ${age(lastExit.at, now)} ago: code ${lastExit.code}${memory}`);
  }
  return texts.flatMap((text) => breakLine(text, columns - 2, '').map((line) => paint('dim', `  ${line}`)));
}

function rolesInWords({ roles, status, store }: Report): string {
  if (roles.length > 0) return roles.join(', ');
  if (status === 'unassigned') return 'not set';
  return store.from === null ? 'not known' : 'none';
}
