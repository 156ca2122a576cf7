/** Makes a story's words happen on a fake engine: its containers, its wishes, and what others do. */
import type { ComponentSpec, Desired, Wanted } from '../../../src/desired/desired.js';
import { LABEL, labelsFor } from '../../../src/loop/labels.js';
import { DEFAULT_RESTART } from '../../../src/plan/memory.js';
import { containerName, retiredName, volumeName } from '../../../src/plan/names.js';
import type { FakeContainer } from '../../engine/fake/container.js';
import type { FakeDaemon } from '../../engine/fake/daemon.js';
import { requestOf, shapeOf } from '../../engine/shape.js';
import { Promises } from '../promises.js';
import { PREFIX, spec, UNKNOWN, wanted } from '../world.js';
import { COMPONENTS, type Event, type GivenContainer, type Story, type Wish } from './story.js';

export const NODE = 'web-1';
/** The exit code after which `c` is not started again. */
export const FINAL = 9;

const AFTER: Readonly<Record<string, readonly string[]>> = { a: [], b: ['a'], c: ['b'], x: ['c'] };

/** What somebody else does. */
export type Deed = Exclude<Event, { do: 'pass' | 'wish' | 'crash' | 'wait' | 'unhealthy' | 'deaf' }>;

export interface Scene {
  readonly daemon: FakeDaemon;
  readonly promises: Promises;
  /** This node's containers, oldest first. */
  ours(): readonly FakeContainer[];
  /** Nothing happens where there is nothing for it to happen to. */
  others(deed: Deed): void;
}

function imageOf(component: string, version: number): string {
  return `${component}:${version}`;
}

function specOf(component: string, version: number): ComponentSpec {
  const image = imageOf(component, version);
  const finalExits = component === 'c' ? [FINAL] : [];
  return spec(component, {
    image,
    shape: shapeOf(image, { volumes: { data: '/data' } }),
    after: AFTER[component] ?? [],
    restart: { ...DEFAULT_RESTART, finalExits },
  });
}

export function desiredOf(wish: Wish): Desired {
  if (!wish.known) return UNKNOWN;
  const specs = COMPONENTS.flatMap((name): Wanted[] => {
    const version = wish.versions[name];
    if (version === undefined) return [];
    if (typeof version === 'number') return [{ ok: true, spec: specOf(name, version) }];
    return [{ ok: false, name, problems: [], inForce: version === 'refused' ? null : specOf(name, 1) }];
  });
  return { ...wanted(...specs), paused: wish.paused, order: new Map(Object.entries(AFTER)) } as Desired;
}

/** What is wanted when all is well again: the last clear wish, without pause, with every definition good. */
export function wishInTheEnd(wishes: readonly Wish[]): Wish {
  const last = wishes.findLast((wish) => wish.known);
  const versions = last?.known ? last.versions : {};
  const good = Object.entries(versions).map(([name, version]) => [
    name,
    typeof version === 'number' ? version : 1,
  ]);
  return { known: true, versions: Object.fromEntries(good), paused: false };
}

/** Puts what the story begins with on an engine that has nothing yet. */
export function sceneOf({ containers, imagesHere, wish }: Story, daemon: FakeDaemon): Scene {
  for (const given of containers) putContainer(daemon, given);
  for (const name of [...COMPONENTS, 'x']) {
    daemon.registry.add(imageOf(name, 1)).add(imageOf(name, 2));
    for (const version of [0, 1, 2]) daemon.removeImage(imageOf(name, version));
    if (imagesHere) daemon.addImage(imageOf(name, 1));
  }
  const promises = new Promises(daemon, { node: NODE, desired: desiredOf(wish) });
  const ours = () => daemon.containers().filter((container) => promises.isOwn(container));
  const others = (deed: Deed) => promises.others(() => happen(daemon, deed, ours()));
  return { daemon, promises, ours, others };
}

/** A second one of the same name gets another. */
function putContainer(daemon: FakeDaemon, { of, whose, name, version, state }: GivenContainer): void {
  const own = specOf(of, version);
  daemon.addImage(own.shape.image);
  const labels = labelsFor(own, whose === 'other node' ? 'web-2' : NODE, 'c');
  const id = daemon.create(
    requestOf(freeName(daemon, 'stray'), own.shape, {
      labels:
        whose === 'nobody' ? {} : { ...labels, ...(whose === 'check' ? { [LABEL.purpose]: 'check' } : {}) },
      volumeName: (volume) => volumeName(PREFIX, of, volume),
    }),
  );
  const wantedName = name === 'retired' ? retiredName(PREFIX, of, id) : containerName(PREFIX, of);
  if (name !== 'stray' && isFree(daemon, wantedName)) daemon.rename(id, wantedName);
  if (state !== 'created') daemon.start(id);
  const container = daemon.containers().find((one) => one.id === id);
  if (state === 'exited') daemon.exit(id);
  else if (state === 'paused') daemon.pause(id);
  else if (state === 'dead' || state === 'removing') daemon.halfRemove(id, state);
  else if (container) container.state = state;
}

function happen(daemon: FakeDaemon, deed: Deed, ours: readonly FakeContainer[]): void {
  switch (deed.do) {
    case 'lose image':
      daemon.removeImage(imageOf(deed.of, deed.version));
      break;
    case 'squat':
      squat(daemon, containerName(PREFIX, deed.of));
      break;
    case 'engine restarts':
      for (const { id } of daemon.containers()) daemon.exit(id);
      break;
    case 'reserve':
      daemon.reservedNames.add(containerName(PREFIX, deed.of));
      break;
    default: {
      const container = ours[deed.pick % ours.length];
      if (container !== undefined) befall(daemon, deed, container);
    }
  }
}

function befall(
  daemon: FakeDaemon,
  deed: Extract<Deed, { readonly pick: number }>,
  { id, state }: FakeContainer,
): void {
  switch (deed.do) {
    case 'exit':
      daemon.exit(id, deed.code);
      break;
    case 'pause':
      daemon.pause(id);
      break;
    case 'vanish':
      daemon.vanish(id);
      break;
    case 'half remove':
      if (state !== 'removing') daemon.halfRemove(id, 'dead');
      break;
    case 'rename': {
      const name = deed.to === 'stray' ? freeName(daemon, 'stray') : containerName(PREFIX, deed.to);
      if (isFree(daemon, name)) daemon.rename(id, name);
    }
  }
}

function squat(daemon: FakeDaemon, name: string): void {
  if (!isFree(daemon, name)) return;
  daemon.addImage('squatter:1');
  daemon.start(daemon.create(requestOf(name, shapeOf('squatter:1'))));
}

function isFree(daemon: FakeDaemon, name: string): boolean {
  return !daemon.reservedNames.has(name) && daemon.containers().every((container) => container.name !== name);
}

function freeName(daemon: FakeDaemon, stem: string): string {
  for (let number = 1; ; number += 1) if (isFree(daemon, `${stem}-${number}`)) return `${stem}-${number}`;
}
