/** The live part of the screen, as lines: what is waited for, how the node is, and a row for each component. Pure. */
import { alignColumns, type Cell, type Colour, type Paint } from '../../../src/commands/columns.js';
import type { ComponentReport, Report } from '../../../src/report/report.js';
import { components, standIns } from './components.js';

export interface Scene {
  /** What the step that is under way waits for, and for how many milliseconds it has been; null between two steps. */
  readonly waiting: { readonly what: string; readonly elapsed: number } | null;
  /** The agent's last report; null before the first. */
  readonly report: Report | null;
  /** False while the agent does not answer: then the report is an old one. */
  readonly answers: boolean;
}

export interface Drawing {
  readonly columns: number;
  readonly paint: Paint;
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
}

/** Width of all columns but the last, with the gaps. */
const widthBefore = 35;

/** An action is shown for so long after it began, in milliseconds. */
const lately = 30_000;

export function sceneLines(scene: Scene, drawing: Drawing): readonly string[] {
  const { waiting, report } = scene;
  const pending = waiting === null ? '' : `${secondsOf(waiting.elapsed)}  … ${waiting.what}`;
  const first = drawing.paint('dim', cut(pending, drawing.columns));
  return report === null ? [first] : [first, ...tableLines(report, scene.answers, drawing)];
}

/** The table alone. */
export function tableLines(report: Report, answers: boolean, drawing: Drawing): readonly string[] {
  const title = cut(answers ? titleOf(report) : `${report.node}: no agent; as it said last`, drawing.columns);
  const rows = components.map(({ name }) => rowOf(name, report, drawing));
  const heads = ['COMPONENT', 'STATE', 'HEALTH', 'WHAT IT DOES, AND WHY'];
  const aligned = alignColumns(
    [heads.map((text): Cell => ({ text, colour: 'bold' })), ...rows],
    drawing.paint,
  );
  const [head = '', ...lines] = aligned;
  const real = lines.slice(0, components.length - standIns.length);
  const played = lines.slice(real.length);
  return ['', drawing.paint('bold', title), head, ...real, drawing.paint('dim', 'stand-ins for'), ...played];
}

/** `0.4 s`, right-aligned in a column of its own. */
export function secondsOf(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(5)} s`;
}

function titleOf({ node, roles, status, store, reasons }: Report): string {
  const role = roles.length === 0 ? 'no role' : `role ${roles.join(', ')}`;
  const kept = store.reachable ? '' : ', etcd unreachable: the last known good is followed';
  const why = status === 'degraded' && store.reachable ? `: ${reasons.join('; ')}` : '';
  return `${node}: ${role}, ${status}${kept}${why}`;
}

function rowOf(name: string, report: Report, drawing: Drawing): readonly Cell[] {
  const indent = standIns.includes(name) ? '  ' : '';
  const component = report.components.find((one) => one.name === name);
  const first = { text: (indent + name).padEnd(14) };
  if (component === undefined) return [first, dim('-'.padEnd(8)), dim('-'.padEnd(7)), dim('')];
  const { state, health } = component;
  return [
    first,
    { text: state.padEnd(8), colour: state === 'running' ? 'green' : lost(state) ? 'red' : 'yellow' },
    { text: health.padEnd(7), colour: healthColour(health) },
    lastCell(component, drawing),
  ];
}

function lastCell({ doing, health, output, lastAction }: ComponentReport, drawing: Drawing): Cell {
  const fit = (text: string) => cut(text, drawing.columns - widthBefore);
  if (doing !== null) {
    const verb = doing.waits === null ? doing.what : 'waits';
    return { text: fit(`${verb}: ${doing.because}`), colour: 'yellow' };
  }
  if (health !== 'ready' && output !== '') return { text: fit(`probed: ${output}`) };
  const age = lastAction === null ? Number.POSITIVE_INFINITY : drawing.now - Date.parse(lastAction.at);
  if (lastAction === null || age > lately) return dim('');
  return dim(fit(`${lastAction.what} ${Math.max(0, Math.round(age / 1000))} s ago: ${lastAction.because}`));
}

const dim = (text: string): Cell => ({ text, colour: 'dim' });

const lost = (state: ComponentReport['state']) => !['running', 'created', 'missing'].includes(state);

function healthColour(health: ComponentReport['health']): Colour {
  return health === 'ready' ? 'green' : health === 'failing' ? 'red' : 'yellow';
}

/** At most `columns - 1` characters, so that no terminal goes on in a next line. */
function cut(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}
