/** Small builders for plan tests: a world in a few words, the plan as text. */
import type { ComponentSpec, Desired, Wanted } from '../../src/desired/desired.js';
import { disruptionOf } from '../../src/desired/disruption.js';
import type { ContainerDetail, ContainerState } from '../../src/engine/engine.js';
import type { Coordination } from '../../src/plan/disruption.js';
import { DEFAULT_RESTART, type Memory, NOTHING_REMEMBERED } from '../../src/plan/memory.js';
import { retiredName } from '../../src/plan/names.js';
import type { Observed, OwnContainer, SeenEnsembleId, UnderWay } from '../../src/plan/observed.js';
import { type PlanInput, plan } from '../../src/plan/plan.js';
import { printPlan } from '../../src/plan/print.js';
import type { Spread } from '../../src/plan/spread.js';
import type { Health } from '../../src/probe/probe.js';

export const PREFIX = 'katod-';

export function spec(name: string, more: Partial<ComponentSpec> & { image?: string } = {}): ComponentSpec {
  const { image = `${name}:1`, ...rest } = more;
  return {
    name,
    description: '',
    shape: {
      image,
      env: {},
      network: 'host',
      publish: [],
      volumes: {},
      mounts: [],
      files: [],
      ulimits: [],
      sysctls: {},
      capAdd: [],
      capDrop: [],
      privileged: false,
      devices: [],
      tmpfs: {},
      readOnly: false,
      extraHosts: [],
      dns: [],
      logging: null,
    },
    digest: `1:${image}`,
    files: { live: [], validate: [], digest: '' },
    definition: `definition of ${image}`,
    pull: 'missing',
    labels: {},
    hostPorts: [],
    after: [],
    probes: {},
    disruption: disruptionOf(name),
    restart: DEFAULT_RESTART,
    stopTimeout: 10_000,
    ...rest,
  };
}

export function wanted(...specs: readonly (ComponentSpec | Wanted)[]): Desired {
  const entries = specs.map((it) => ('ok' in it ? it : ({ ok: true, spec: it } as const)));
  const components = new Map(entries.map((it) => [it.ok ? it.spec.name : it.name, it]));
  const order = new Map(entries.flatMap((it) => (it.ok ? [[it.spec.name, it.spec.after] as const] : [])));
  const rest = {
    stack: 'core',
    roles: specs.length > 0 ? ['web'] : [],
    components,
    order,
    disruptions: new Map(),
    rolesWith: new Map([...components.keys()].map((name) => [name, ['web']])),
    forced: false,
    paused: false,
    secrets: [],
  };
  return { known: true, from: 'etcd', revision: '1', usesMembers: false, forming: new Map(), ...rest };
}

/** The same, paused. */
export function paused(desired: Desired, how: true | 'all' = true): Desired {
  return desired.known ? { ...desired, paused: how } : desired;
}

export const UNKNOWN: Desired = { known: false, unassigned: false, why: 'store unreachable: no answer' };

export interface ContainerWords {
  readonly state?: ContainerState;
  readonly digest?: string;
  readonly name?: string;
  readonly retired?: boolean;
  readonly exit?: number;
  readonly ran?: { readonly from: string; readonly to: string };
}

/** What an inspect tells of such a container. */
export function detailOf(id: string, { state = 'running', ran, exit }: ContainerWords = {}): ContainerDetail {
  return {
    id,
    state,
    pid: state === 'running' ? 100 : 0,
    startedAt: state === 'created' ? null : (ran?.from ?? '2026-01-01T00:00:00Z'),
    finishedAt: state === 'exited' ? (ran?.to ?? '2026-01-01T00:00:05Z') : null,
    exitCode: state === 'exited' ? (exit ?? 137) : null,
    oomKilled: false,
    error: '',
    stopTimeout: null,
  };
}

/** A container of ours; its id is padded so that twelve characters of it tell it apart. */
export function container(component: string, id: string, words: ContainerWords = {}): OwnContainer {
  const longId = id.padEnd(64, '0');
  const state = words.state ?? 'running';
  const name = words.retired ? retiredName(PREFIX, component, longId) : `${PREFIX}${component}`;
  const detail = detailOf(longId, { ...words, state });
  const made = {
    image: `${component}:1`,
    digest: words.digest ?? `1:${component}:1`,
    definition: 'd',
    cluster: '',
  };
  return { id: longId, name: words.name ?? name, component, state, ...made, detail };
}

export interface World {
  readonly desired: Desired;
  readonly own?: readonly OwnContainer[];
  readonly checks?: readonly OwnContainer[];
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
  readonly foreign?: Record<string, string>;
  /** Images on the node; all that are asked for when not given. */
  readonly images?: readonly string[];
  readonly ports?: Record<string, string>;
  /** By container. */
  readonly ensembleIds?: Record<string, SeenEnsembleId>;
  readonly health?: Record<string, Health>;
  readonly memory?: Memory;
  readonly underWay?: Partial<UnderWay>;
  /** Not at all when not given. */
  readonly pullSpread?: Partial<Spread>;
  /** Default: the node is the only one. */
  readonly coordination?: Coordination;
  readonly now?: number;
}

export function input(world: World): PlanInput {
  const own = world.own ?? [];
  const specs = world.desired.known ? [...world.desired.components.values()] : [];
  const asked = specs.flatMap((it) => (it.ok ? [it.spec.shape.image] : []));
  const verdicts = Object.entries(world.health ?? {}).map(([component, health]) => {
    const containerId = own.find((it) => it.component === component)?.id ?? '';
    const rest = { startedAt: '', leader: null, output: 'connection refused', since: '' };
    const ready = { wasReady: health === 'ready', live: null };
    return [component, { containerId, health, ...rest, ...ready }] as const;
  });
  const observed: Observed = {
    own,
    checks: world.checks ?? [],
    files: new Map(
      Object.entries(world.files ?? {}).map(([name, it]) => [name, it && new Map(Object.entries(it))]),
    ),
    foreignNames: new Map(Object.entries(world.foreign ?? {})),
    images: new Map(asked.map((image) => [image, world.images?.includes(image) ?? true])),
    credentials: '',
    portHolders: new Map(Object.entries(world.ports ?? {})),
    ensembleIds: new Map(
      Object.entries(world.ensembleIds ?? {}).map(([id, seen]) => [id.padEnd(64, '0'), seen]),
    ),
    verdicts: new Map(verdicts),
  };
  return {
    desired: world.desired,
    observed,
    memory: world.memory ?? NOTHING_REMEMBERED,
    underWay: { lanes: new Set(), pulls: new Set(), pullLimit: 2, ...world.underWay },
    coordination: world.coordination ?? { kind: 'alone' },
    pullSpread: { node: 'web-1', over: 0, ...world.pullSpread },
    prefix: PREFIX,
    now: world.now ?? 0,
  };
}

/** The plan of a world, a line per component. */
export function planned(world: World): string {
  return printPlan(plan(input(world))).join('\n');
}
