/** What has changed between two reports: as events, and what of it belongs into the log. Pure. */
import type { Happening } from './event.js';
import { ready } from './reason.js';
import type { ComponentReport, Report } from './report.js';

export interface News {
  readonly event: Happening;
  /** Null: whoever found it has logged it. */
  readonly log: {
    readonly level: 'info' | 'warn';
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  } | null;
}

/** Nothing where nothing has changed. */
export function newsOf(before: Report | null, now: Report): readonly News[] {
  const components = new Map(before?.components.map((component) => [component.name, component]));
  const reasons = reasonsByName(now);
  return [
    ...engineNews(before, now),
    ...storeNews(before, now),
    ...roleNews(before, now),
    ...now.components.flatMap((component) =>
      componentNews(components.get(component.name), component, reasons),
    ),
    ...statusNews(before, now),
  ];
}

function engineNews(before: Report | null, { engine }: Report): readonly News[] {
  const { reachable, version, api, problem } = engine;
  // Before the first connection there is nothing to lose.
  if (reachable === (before?.engine.reachable ?? false)) return [];
  const message = reachable
    ? `Docker ${version ?? '?'} answers, API ${api ?? '?'}`
    : `lost: ${problem ?? 'no answer'}`;
  return [{ event: { kind: 'engine', reachable, message }, log: null }];
}

function storeNews(before: Report | null, { store, hold, paused }: Report): readonly News[] {
  const events: Happening[] = [];
  if (store.reachable !== (before?.store.reachable ?? true)) {
    const message = store.reachable ? 'readable again' : (store.problem ?? 'not readable');
    events.push({ kind: 'store', reachable: store.reachable, message });
  }
  if (hold !== (before?.hold ?? null)) {
    events.push({ kind: 'hold', hold: hold !== null, message: hold ?? 'ended, the store is followed again' });
  }
  if (paused !== (before?.paused ?? false)) {
    const message = paused === false ? 'ended' : paused === 'all' ? 'paused: hands off' : 'paused';
    events.push({ kind: 'pause', paused, message });
  }
  return events.map((event) => ({ event, log: null }));
}

function roleNews(before: Report | null, { roles, stack, store }: Report): readonly News[] {
  const same = before !== null && before.roles.join() === roles.join() && before.stack === stack;
  if (same || store.from === null) return [];
  const message = `${roles.length === 0 ? 'none' : roles.join(', ')}, of stack ${stack}`;
  const log = { level: 'info', message: 'role', fields: { roles, stack } } as const;
  return [{ event: { kind: 'role', roles, stack, message }, log }];
}

/** The first reason that begins with each name, without the name. */
function reasonsByName({ reasons }: Report): ReadonlyMap<string, string> {
  const named = reasons.map((line) => /^([^ ]+): (.*)$/s.exec(line));
  return new Map(named.reverse().flatMap((found) => (found ? [[found[1] ?? '', found[2] ?? '']] : [])));
}

function componentNews(
  was: ComponentReport | undefined,
  component: ComponentReport,
  reasons: ReadonlyMap<string, string>,
): readonly News[] {
  const { name, state, health, output } = component;
  const about = { component: name, state, health };
  const reason = reasons.get(name) ?? '';
  if (state === 'invalid' || state === 'blocked' || state === 'finished') {
    if (was?.state === state) return [];
    const fields = { component: name, problem: `${name}: ${reason}` };
    const log =
      state === 'invalid' ? ({ level: 'warn', message: 'component refused', fields } as const) : null;
    return [{ event: { kind: 'state', ...about, message: reason || state }, log }];
  }
  const told = (event: string, message: string, fields: object = {}): readonly News[] => [
    {
      event: { kind: 'health', ...about, message: event },
      log: { level: 'info', message, fields: { component: name, ...fields } },
    },
  ];
  const wasReady = was !== undefined && ready(was);
  if (ready(component) && !wasReady) return told('ready', 'component ready');
  if (health === 'failing' && was?.health !== 'failing') {
    const event = { kind: 'health', ...about, message: `its live probe fails: ${output}` } as const;
    return wasReady ? told(event.message, 'component not ready', { state }) : [{ event, log: null }];
  }
  return wasReady && !ready(component)
    ? told(`not ready: ${reason || state}`, 'component not ready', { state })
    : [];
}

function statusNews(before: Report | null, { status, reasons }: Report): readonly News[] {
  if (before === null || before.status === status) return [];
  const [first] = reasons;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  const event = {
    kind: 'status',
    from: before.status,
    to: status,
    message: first === undefined ? status : `${status}: ${first}${more}`,
  } as const;
  const level = status === 'degraded' ? 'warn' : 'info';
  return [
    { event, log: { level, message: 'node status', fields: { from: before.status, to: status, reasons } } },
  ];
}
