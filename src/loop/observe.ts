/** One look at the engine and the host: a single list, and further questions only where a next step needs the answer. */
import type { ComponentSpec, Desired, HostPort } from '../desired/desired.js';
import type { Credentials } from '../engine/credentials.js';
import {
  type ContainerDetail,
  type ContainerState,
  type Engine,
  Fault,
  type ListedContainer,
} from '../engine/engine.js';
import type { FileRoom } from '../files/files.js';
import { type Holder, holderText } from '../host/holder.js';
import type { Listener } from '../host/listener.js';
import { owed } from '../plan/check.js';
import { type Observed, type OwnContainer, portKey, type TakenUp } from '../plan/observed.js';
import { ofComponent } from '../plan/of-component.js';
import { sortOut } from '../plan/sort-out.js';
import { isRunning } from '../plan/standing.js';
import type { Details } from './details.js';
import { readEnsembleIds } from './ensemble-ids.js';
import { fewAtATime } from './few-at-a-time.js';
import { LABEL } from './labels.js';
import { specsOf } from './wanted.js';

/** The host's sockets, and who holds one. */
export interface Ports {
  listeners(): Promise<readonly Listener[]>;
  holderOf(listener: Listener): Promise<Holder | null>;
}

export interface Sources {
  readonly engine: Pick<Engine, 'list' | 'hasImage' | 'readFile'>;
  readonly credentials: Pick<Credentials, 'mark'>;
  readonly details: Details;
  readonly files: Pick<FileRoom, 'takenUp'>;
  readonly ports: Ports;
  readonly node: string;
  /** Of this node: a listener there is in the way of a component's port. */
  readonly address: string;
  /** Of containers' names. */
  readonly prefix: string;
}

/** All but the verdicts: which containers are probed follows from what is seen. */
export type Seen = Omit<Observed, 'verdicts'>;

/** Rejects with the engine's `Fault` when the list can't be had: then nothing is known. */
export async function observe(
  { engine, credentials, details, files: room, ports, node, address, prefix }: Sources,
  desired: Desired,
): Promise<Seen> {
  const listed = await engine.list();
  details.retain(new Set(listed.map((container) => container.id)));
  const told = (purpose: Purpose) => {
    const mine = listed.filter((container) => ownPurpose(container, node) === purpose);
    return fewAtATime(mine, (container) => ownContainer(container, details));
  };
  const others = listed.filter((container) => ownPurpose(container, node) === null);
  const specs = specsOf(desired);
  const [own, checks, files] = await Promise.all([told('component'), told('check'), filesFor(specs, room)]);
  const needed = imagesNeeded(specs, { own, files, prefix });
  const [images, mark, portHolders, ensembleIds] = await Promise.all([
    imagesFor(needed, engine),
    needed.length === 0 ? '' : credentials.mark(),
    holdersFor(specs, { own, listed, others, ports, address }),
    readEnsembleIds(specs, own, { engine, prefix }),
  ]);
  const foreignNames = new Map(others.map((container) => [container.name, describe(container)]));
  return { own, checks, files, foreignNames, images, credentials: mark, portHolders, ensembleIds };
}

type Purpose = 'component' | 'check';

/** Null: somebody else's. A container without a component's name can't be placed: it is left alone. */
function ownPurpose({ labels }: ListedContainer, node: string): Purpose | null {
  const purpose = labels[LABEL.purpose] ?? 'component';
  if (labels[LABEL.node] !== node || !labels[LABEL.component]) return null;
  return purpose === 'component' || purpose === 'check' ? purpose : null;
}

async function ownContainer(container: ListedContainer, details: Details): Promise<OwnContainer> {
  const { id, name, image, labels } = container;
  const detail = await details.of(container);
  return {
    id,
    name,
    component: labels[LABEL.component] ?? '',
    state: stateOf(container, detail),
    image,
    cluster: labels[LABEL.cluster] ?? '',
    digest: labels[LABEL.digest] ?? '',
    definition: labels[LABEL.definition] ?? '',
    detail,
  };
}

/** Where the two differ the detail was asked for after the list, which lags behind the engine's events. */
function stateOf(container: ListedContainer, detail: ContainerDetail | null): ContainerState {
  return detail !== null && isRunning(detail) !== isRunning(container) ? detail.state : container.state;
}

/** Only of components that have files which change under them, or are checked. What can't be read is not known. */
async function filesFor(
  specs: readonly ComponentSpec[],
  room: Sources['files'],
): Promise<ReadonlyMap<string, TakenUp | null>> {
  const asked = specs.filter(({ files }) => files.live.length + files.validate.length > 0);
  const told = await Promise.all(
    asked.map((spec) =>
      room.takenUp(spec).then(
        (takenUp) => [[spec.name, takenUp] as const],
        () => [],
      ),
    ),
  );
  return new Map(told.flat());
}

/** Only of components whose container is not made of the wanted digest, or whose files are to be checked. */
function imagesNeeded(
  specs: readonly ComponentSpec[],
  { own, files, prefix }: Pick<Observed, 'own' | 'files'> & { readonly prefix: string },
): readonly string[] {
  const needed = specs
    .filter((spec) => {
      const checks = spec.files.validate.length > 0 && owed(spec, files.get(spec.name) ?? null).length > 0;
      return (
        checks || sortOut(ofComponent(own, spec.name), prefix, spec.name).current?.digest !== spec.digest
      );
    })
    .map((spec) => spec.shape.image);
  return [...new Set(needed)];
}

async function imagesFor(
  images: readonly string[],
  engine: Sources['engine'],
): Promise<ReadonlyMap<string, boolean>> {
  const told = await fewAtATime(
    images,
    async (image) => [image, await unlessFault(engine.hasImage(image))] as const,
  );
  return new Map(told.flatMap(([image, here]) => (here === null ? [] : [[image, here] as const])));
}

/**
 * Only the ports of components of which nothing runs. A listener on another address, such as systemd-resolved's
 * 127.0.0.53, may well be compatible: then the component's own words tell.
 */
async function holdersFor(
  specs: readonly ComponentSpec[],
  seen: {
    own: readonly OwnContainer[];
    listed: readonly ListedContainer[];
    others: readonly ListedContainer[];
    ports: Ports;
    address: string;
  },
): Promise<ReadonlyMap<string, string>> {
  const up = new Set(seen.own.filter(({ state }) => state === 'running').map(({ component }) => component));
  const needed = specs.filter((spec) => !up.has(spec.name)).flatMap((spec) => spec.hostPorts);
  const holders = new Map<string, string>();
  if (needed.length === 0) return holders;
  const inTheWay = new Set(['0.0.0.0', '::', '127.0.0.1', '::1', seen.address]);
  const all = await seen.ports.listeners().catch(() => []);
  const listeners = all.filter(({ address }) => inTheWay.has(address));
  for (const port of needed) {
    const holder = await holderOf(port, listeners, seen);
    if (holder !== null) holders.set(portKey(port), holder);
  }
  return holders;
}

async function holderOf(
  port: HostPort,
  listeners: readonly Listener[],
  {
    listed,
    others,
    ports,
  }: { listed: readonly ListedContainer[]; others: readonly ListedContainer[]; ports: Ports },
): Promise<string | null> {
  const publisher = others.find((container) =>
    container.publishedPorts.some((it) => it.port === port.port && it.protocol === port.protocol),
  );
  if (publisher) return describe(publisher);
  const listener = listeners.find((it) => it.port === port.port && it.protocol === port.protocol);
  if (listener === undefined) return null;
  const holder = await ports.holderOf(listener);
  const container = listed.find(({ id }) => id === holder?.containerId);
  return container ? describe(container) : holderText(holder);
}

/** What one image or one host's table can't tell must not hide the rest: it is not known, then. */
async function unlessFault<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

function describe({ name, id, image, labels }: ListedContainer): string {
  const node = labels[LABEL.node];
  const whose = node === undefined ? '' : `, katod's of node ${node}`;
  return `container ${name || id.slice(0, 12)} (${id.slice(0, 12)}, image ${image}${whose})`;
}
