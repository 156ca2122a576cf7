/** One component's part of the report, out of what is wanted, seen, planned and remembered. Pure. */
import type { Wanted } from '../desired/desired.js';
import type { Action, Plan } from '../plan/action.js';
import { isDone } from '../plan/end.js';
import { memoryOf } from '../plan/memory.js';
import type { OwnContainer } from '../plan/observed.js';
import { ofComponent } from '../plan/of-component.js';
import { sortOut } from '../plan/sort-out.js';
import type { Health, Verdict } from '../probe/probe.js';
import type { ReportInput } from './input.js';
import type { ComponentReport, ComponentState, Doing } from './report.js';

/** What the report says besides, before `since` is known. */
export type Undated = Omit<ComponentReport, 'since'>;

export function reportComponent(name: string, input: ReportInput): Undated {
  const { desired, observed, plan, memory, prefix } = input;
  const wanted = desired.known ? desired.components.get(name) : undefined;
  const own = observed === null ? [] : ofComponent(observed.own, name);
  const { current, surplus, retired } = sortOut(own, prefix, name);
  const serving = current ?? surplus[0] ?? retired[0] ?? null;
  const verdict = verdictOf(serving, observed?.verdicts.get(name));
  const remembered = memoryOf(memory, name);
  return {
    name,
    state: stateOf(name, wanted, serving, plan),
    health: healthOf(wanted, serving, verdict),
    leader: verdict?.leader ?? null,
    current: isCurrent(wanted, desired.known, current),
    container: containerOf(serving),
    wanted: wanted?.ok ? { image: wanted.spec.shape.image, definition: wanted.spec.definition } : null,
    doing: doingOf(name, wanted, input),
    restarts: remembered.restarts,
    lastExit: remembered.lastExit,
    lastAction: lastActionOf(name, input),
    output: verdict?.output ?? '',
  };
}

/** A verdict about another container says nothing about this one. */
function verdictOf(serving: OwnContainer | null, verdict: Verdict | undefined): Verdict | undefined {
  return serving && verdict?.containerId === serving.id ? verdict : undefined;
}

/** One whose work is done is as good as one that runs. */
function healthOf(
  wanted: Wanted | undefined,
  serving: OwnContainer | null,
  verdict: Verdict | undefined,
): Health {
  if (serving?.state === 'running') return verdict?.health ?? 'unknown';
  return wanted?.ok && serving && isDone(wanted.spec, serving) ? 'ready' : 'unknown';
}

function stateOf(
  name: string,
  wanted: Wanted | undefined,
  serving: OwnContainer | null,
  plan: Plan,
): ComponentState {
  if (wanted?.ok === false && wanted.waits === undefined) return 'invalid';
  const [stuck] = ofComponent(plan.stuck, name);
  if (stuck && stuck.state !== 'refused') return stuck.state;
  if (serving === null) return 'missing';
  switch (serving.state) {
    case 'removing':
      return 'dead';
    case 'restarting':
      return 'exited';
    default:
      return serving.state;
  }
}

/** With nothing known to be wanted there is nothing older than what is wanted. */
function isCurrent(wanted: Wanted | undefined, known: boolean, current: OwnContainer | null): boolean {
  if (!known) return true;
  return wanted?.ok === true && current?.digest === wanted.spec.digest;
}

function containerOf(serving: OwnContainer | null): ComponentReport['container'] {
  if (serving === null) return null;
  const { id, image, definition, detail } = serving;
  return { id, image, definition, startedAt: detail?.startedAt ?? null };
}

function doingOf(name: string, wanted: Wanted | undefined, input: ReportInput): Doing | null {
  const lane = input.lanes.get(name);
  if (lane && !isTelling(lane)) return actionDoing(lane);
  const [stuck] = ofComponent(input.plan.stuck, name);
  if (stuck) return { what: 'wait', waits: null, until: null, progress: null, because: stuck.because };
  const image = wanted?.ok ? wanted.spec.shape.image : null;
  const [waiting] = ofComponent(input.plan.waiting, name);
  const [begun] = ofComponent(input.plan.actions, name);
  const needsPull = begun?.do === 'pull' || waiting?.waits === 'pull';
  if (image !== null && needsPull && input.pulls.has(image)) {
    const because = (begun ?? waiting)?.because ?? '';
    return { what: 'pull', waits: null, until: null, progress: input.pulls.get(image) ?? null, because };
  }
  if (waiting) {
    const until = waiting.until === null ? null : input.stamp(waiting.until);
    return { what: 'wait', waits: waiting.waits, until, progress: null, because: waiting.because };
  }
  return null;
}

/** That all is well is told to the others; here nothing is being done. */
function isTelling(action: Action): boolean {
  return action.do === 'giveUp' || (action.do === 'mark' && action.state === 'ready');
}

function actionDoing(action: Action): Doing {
  const what = nounOf(action);
  return {
    what,
    waits: what === 'wait' ? 'slot' : null,
    until: null,
    progress: null,
    because: action.because,
  };
}

function nounOf({ do: verb }: Action): Doing['what'] {
  switch (verb) {
    case 'pull':
    case 'create':
    case 'start':
    case 'stop':
    case 'retire':
    case 'remove':
    case 'reload':
      return verb;
    case 'check':
      return 'reload';
    case 'restart':
    case 'unpause':
    case 'rename':
      return 'start';
    case 'claim':
    case 'giveUp':
    case 'mark':
      return 'wait';
  }
}

function lastActionOf(name: string, { lastActions }: ReportInput): ComponentReport['lastAction'] {
  const last = lastActions.get(name);
  if (!last) return null;
  return { what: nounOf(last.action), because: last.action.because, at: last.at.toISOString() };
}
