/**
 * A story: what a node's world is like, and what happens in it, as plain data in few words, so that a counterexample
 * can be read. `fast-check` tells stories, `scene.ts` makes them happen.
 */
import fc from 'fast-check';
import type { ContainerState } from '../../../src/engine/engine.js';

/** `b` starts after `a`, `c` after `b`; `x` is never wanted. An exit of `c` with 9 is final. */
export const COMPONENTS = ['a', 'b', 'c'] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** Component to the version that is wanted; `refused`: its definition is, and the last good one is unknown, or 1. */
export type Versions = Readonly<Partial<Record<ComponentName, Version>>>;
type Version = 1 | 2 | 'refused' | 'refused after 1';

export type Wish =
  | { readonly known: false }
  | { readonly known: true; readonly versions: Versions; readonly paused: boolean | 'all' };

export interface GivenContainer {
  readonly of: ComponentName | 'x';
  /** Whose it is: bears this node's labels, another's, none, or ours and is no component's container. */
  readonly whose: 'ours' | 'other node' | 'nobody' | 'check';
  readonly name: 'fixed' | 'retired' | 'stray';
  readonly version: 0 | 1 | 2;
  readonly state: ContainerState;
}

/** How a call to the engine goes. */
export type Luck =
  | 'fine'
  /** Nothing has happened, and it is told why. */
  | 'refused'
  | 'busy'
  | 'full'
  /** No answer in time: it has not happened, it has, or it happens afterwards. */
  | 'hangs'
  | 'answer lost'
  | 'happens late';

export type Event =
  | { readonly do: 'wish'; readonly wish: Wish }
  /** The agent looks, plans and acts; `luck` of its calls in order, and then fine. */
  | { readonly do: 'pass'; readonly luck: readonly Luck[]; readonly slow: boolean; readonly blind: boolean }
  /** The agent is killed around a call, so many calls from now, and starts with nothing in its memory. */
  | { readonly do: 'crash'; readonly calls: number; readonly when: 'before' | 'after' }
  /** The engine is away for a moment, and all containers end. */
  | { readonly do: 'engine restarts' }
  /** From now on no event arrives. */
  | { readonly do: 'deaf' }
  /** Milliseconds. */
  | { readonly do: 'wait'; readonly time: number }
  /** `pick` says which of our containers, modulo how many there are. */
  | { readonly do: 'exit'; readonly pick: number; readonly code: number }
  | { readonly do: 'pause' | 'vanish' | 'unhealthy' | 'half remove'; readonly pick: number }
  | { readonly do: 'rename'; readonly pick: number; readonly to: ComponentName | 'stray' }
  | { readonly do: 'lose image'; readonly of: ComponentName; readonly version: 1 | 2 }
  /** Somebody makes a container under the component's name, or reserves it without a trace in the list. */
  | { readonly do: 'squat' | 'reserve'; readonly of: ComponentName };

export interface Story {
  readonly containers: readonly GivenContainer[];
  /** Whether the image of each version 1 is on the node; those of version 2 never are. */
  readonly imagesHere: boolean;
  readonly wish: Wish;
  readonly events: readonly Event[];
}

const component = fc.constantFrom(...COMPONENTS);
const pick = fc.nat({ max: 5 });
const versionOf = fc.constantFrom<Version>(1, 2, 1, 2, 'refused', 'refused after 1');

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ known: false as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      known: fc.constant(true as const),
      versions: fc.record({ a: versionOf, b: versionOf, c: versionOf }, { requiredKeys: [] }),
      paused: fc.constantFrom(false, false, false, false, true, 'all' as const),
    }),
  },
);

const givenContainer: fc.Arbitrary<GivenContainer> = fc.record({
  of: fc.constantFrom(...COMPONENTS, 'x' as const),
  whose: fc.constantFrom('ours', 'ours', 'ours', 'ours', 'other node', 'nobody', 'check'),
  name: fc.constantFrom('fixed', 'fixed', 'retired', 'stray'),
  version: fc.constantFrom(1, 0, 2),
  state: fc.constantFrom('running', 'exited', 'created', 'paused', 'dead', 'removing', 'restarting'),
});

const luck: fc.Arbitrary<Luck> = fc.constantFrom(
  'fine',
  'refused',
  'busy',
  'full',
  'hangs',
  'answer lost',
  'happens late',
);

const pass: fc.Arbitrary<Event> = fc.record({
  do: fc.constant('pass' as const),
  luck: fc.array(luck, { maxLength: 3 }),
  slow: fc.boolean(),
  blind: fc.boolean(),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: pass },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wish' as const), wish }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      calls: fc.nat({ max: 5 }),
      when: fc.constantFrom('before', 'after'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('engine restarts', 'deaf') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(100, 1_000, 70_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('exit' as const), pick, code: fc.constantFrom(0, 1, 9, 137) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause', 'vanish', 'unhealthy', 'half remove'), pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rename' as const),
      pick,
      to: fc.constantFrom(...COMPONENTS, 'stray' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose image' as const),
      of: component,
      version: fc.constantFrom(1, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('squat', 'reserve'), of: component }) },
);

/** `longest`: events in it. */
export function stories(longest: number): fc.Arbitrary<Story> {
  return fc.record({
    containers: fc.array(givenContainer, { maxLength: 5 }),
    imagesHere: fc.boolean(),
    wish,
    events: fc.array(event, { maxLength: longest }),
  });
}
