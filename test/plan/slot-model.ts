/**
 * A model of some agents that roll one component through a store with slots under leases: every step that an agent, a
 * clock, a store or an operator's kill may take from a state. The agents' decisions are the product's own.
 *
 * What is assumed, and has to be so in the product:
 * - A claim is one transaction, and the slots and rolls are read anew after it, before anything else is done.
 * - An agent that holds its lease for certain does so by its own monotonic clock, counted from before it asked: the
 *   store ends a lease only after its holder has ceased to be certain.
 * - A slot is relied upon only under the very lease that it was claimed under: a lease had anew has no slots. What is left
 *   of one before may be taken over, in one transaction, while it is there.
 * - Between the look at the clock and the call to the engine nothing is waited for.
 */
import {
  type Coordination,
  type Permission,
  permissionFor,
  type Roll,
  type Slot,
  slotKey,
  wishKey,
} from '../../src/plan/disruption.js';

/** `old` runs, or `new` does; `down`: taken down at will; `broken`: the new one runs and is not ready. */
type Component = 'old' | 'down' | 'broken' | 'new';

interface Agent {
  readonly component: Component;
  /** One that is stopped is one that runs and takes no step. */
  readonly process: 'runs' | 'dead';
  /** As the store has it. */
  readonly lease: boolean;
  /** As the agent may rely on it. */
  readonly certain: boolean;
  /** Number of its slot in the store. */
  readonly slot: number | null;
  /** Whether it has claimed a slot under the lease that it has now. */
  readonly claimed: boolean;
  readonly mark: Roll['state'] | null;
  /** What it last read; index into the model's list of readings. */
  readonly view: string;
}

export interface State {
  readonly agents: readonly Agent[];
}

export interface ModelOptions {
  readonly agents: number;
  readonly max: number;
  /** Whether the new definition works. */
  readonly good: boolean;
  /** Whether the component can tell how the others are. */
  readonly peers: boolean;
  /** Whether readings may be old, except right after a claim. */
  readonly stale: boolean;
}

interface View {
  readonly slots: readonly Slot[];
  readonly rolls: readonly Roll[];
}

const COMPONENT = 'zookeeper';
const DEFINITION = 'd2';
const nameOf = (index: number) => `n${index}`;

export function begin({ agents }: ModelOptions): State {
  const view = viewText({ slots: [], rolls: [] });
  const agent: Agent = {
    component: 'old',
    process: 'runs',
    lease: true,
    certain: true,
    slot: null,
    claimed: false,
    mark: null,
    view,
  };
  return { agents: Array.from({ length: agents }, () => agent) };
}

/** The same for equal states only. A hundred thousand are told apart by it, for which JSON takes too long. */
export function keyOf({ agents }: State): string {
  return agents.map(textOf).join('|');
}

function textOf({ component, process, lease, certain, slot, claimed, mark, view }: Agent): string {
  return `${component} ${process} ${lease} ${certain} ${slot} ${claimed} ${mark} ${view}`;
}

/** Every state that one step leads to, with the step's name. */
export function steps(state: State, options: ModelOptions): readonly (readonly [string, State])[] {
  return state.agents.flatMap((agent, index) =>
    stepsOf(agent, index, state, options).map(
      ([step, after]) => [`${nameOf(index)} ${step}`, withAgent(state, index, after, options)] as const,
    ),
  );
}

/** So many nodes are away because of what agents did. */
export function away({ agents }: State): number {
  return agents.filter(({ component }) => component === 'down' || component === 'broken').length;
}

/** So many nodes the new definition has reached. */
export function reached({ agents }: State): number {
  return agents.filter(({ component }) => component !== 'old').length;
}

export function isDone({ agents }: State): boolean {
  return agents.every(({ component, slot }) => component === 'new' && slot === null);
}

function stepsOf(
  agent: Agent,
  index: number,
  state: State,
  options: ModelOptions,
): readonly (readonly [string, Agent])[] {
  const found: (readonly [string, Agent])[] = [];
  const add = (step: string, change: Partial<Agent>) => void found.push([step, { ...agent, ...change }]);

  // Time, faults and operators.
  if (agent.certain) add('is no longer certain of its lease', { certain: false });
  if (agent.lease && !agent.certain) add('loses its lease in the store', { lease: false, slot: null });
  // What it knew of its lease dies with it; the lease itself goes later.
  if (agent.process === 'runs') add('is killed', { process: 'dead', certain: false, claimed: false });
  if (agent.process === 'dead') add('starts again', { process: 'runs' });
  if (agent.process !== 'runs') return found;

  // The session: renewed while it is there, had anew without what stood under the old one.
  if (!agent.certain && agent.lease) add('renews its lease', { certain: true });
  if (!agent.certain && !agent.lease) add('has a new lease', { lease: true, certain: true, claimed: false });
  // The next lease does not keep what stands under the one before.
  if (agent.slot !== null && !agent.claimed) add('loses the slot of the lease before', { slot: null });
  if (options.stale) add('reads', { view: viewText(viewOf(state)) });
  return [...found, ...work(agent, index, state, options)];
}

/** What the agent does for its component. */
function work(
  agent: Agent,
  index: number,
  state: State,
  options: ModelOptions,
): readonly (readonly [string, Agent])[] {
  switch (agent.component) {
    case 'down':
      // What is down is started without a slot.
      return [['starts the new one', { ...agent, component: options.good ? 'new' : 'broken' }]];
    case 'broken':
      if (agent.mark !== 'failed') return [['tells that it failed', { ...agent, mark: 'failed' }]];
      return [['goes back', { ...agent, component: 'old' }], ...release(agent)];
    case 'new':
      if (agent.mark !== 'ready') return [['tells that it is ready', { ...agent, mark: 'ready' }]];
      return release(agent);
    case 'old': {
      const after = act(agent, permission(agent, index, state, options), index, state, options);
      return [...after, ...(agent.mark === 'failed' ? release(agent) : [])];
    }
  }
}

function release(agent: Agent): readonly (readonly [string, Agent])[] {
  return agent.slot === null ? [] : [['gives its slot back', { ...agent, slot: null, claimed: false }]];
}

function act(
  agent: Agent,
  allowed: Permission,
  index: number,
  state: State,
  options: ModelOptions,
): readonly (readonly [string, Agent])[] {
  switch (allowed.kind) {
    case 'claim': {
      const taken = state.agents.some(({ slot }, other) => other !== index && slot === allowed.number);
      if (taken || !agent.lease) return [];
      const claimed = { ...agent, slot: allowed.number, claimed: true };
      const view = viewText(viewOf(withAgent(state, index, claimed, options)));
      return [[`claims slot ${allowed.number}`, { ...claimed, view }]];
    }
    case 'begin':
      return [['tells that it begins', { ...agent, mark: 'begun', view: withBegun(agent.view, index) }]];
    case 'go':
      return [['takes its component down', { ...agent, component: 'down' }]];
    case 'wait':
    case 'halt':
      return [];
  }
}

/** The product's own decision on what the agent last read. */
function permission(
  agent: Agent,
  index: number,
  state: State,
  { max, peers, stale }: ModelOptions,
): Permission {
  const view = stale ? (JSON.parse(agent.view) as View) : viewOf(state);
  const others = state.agents.filter((_, other) => other !== index);
  const carried = others.every(({ component }) => component === 'old' || component === 'new');
  const wish = {
    component: COMPONENT,
    definition: DEFINITION,
    group: 'quorum',
    max,
    what: 'replace' as const,
  };
  const key = wishKey({ ...wish, leads: false, others: [] });
  const own = view.slots.filter(({ node }) => node === nameOf(index)).map(slotKey);
  const known: Coordination = {
    kind: 'joined',
    node: nameOf(index),
    read: new Set([key]),
    members: [],
    marks: new Map(),
    slots: view.slots,
    certain: new Set(agent.certain && agent.claimed ? own : []),
    left: new Set(agent.claimed ? [] : own),
    rolls: view.rolls,
    peers: new Map([
      [key, !peers || carried ? { ok: true } : { ok: false, why: 'one of them does not serve' }],
    ]),
  };
  return permissionFor({ ...wish, leads: false, others: [] }, known);
}

function viewOf({ agents }: State): View {
  return {
    slots: agents.flatMap(({ slot }, index) =>
      slot === null
        ? []
        : [{ group: 'quorum', number: slot, node: nameOf(index), component: COMPONENT, since: '', why: '' }],
    ),
    rolls: agents.flatMap(({ mark }, index) =>
      mark === null
        ? []
        : [{ component: COMPONENT, definition: DEFINITION, node: nameOf(index), state: mark }],
    ),
  };
}

function withBegun(view: string, index: number): string {
  if (view === '') return view;
  const { slots, rolls } = JSON.parse(view) as View;
  const own = { component: COMPONENT, definition: DEFINITION, node: nameOf(index), state: 'begun' as const };
  return viewText({ slots, rolls: [...rolls.filter(({ node }) => node !== own.node), own] });
}

function viewText(view: View): string {
  return JSON.stringify(view);
}

/** Without stale readings a view is always the store's own, and not part of the state. */
function withAgent(state: State, index: number, agent: Agent, { stale }: ModelOptions): State {
  const kept = stale ? agent : { ...agent, view: '' };
  return { agents: state.agents.map((each, at) => (at === index ? kept : each)) };
}
