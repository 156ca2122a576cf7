/**
 * A container engine in memory: containers, names, images, volumes, networks, and what Docker does with them, each
 * verb at once and whole. A fake, which passes the contract of the real one; it runs no process.
 */
import { createHash } from 'node:crypto';
import type {
  ContainerDetail,
  CreateRequest,
  EngineEvent,
  ListedContainer,
} from '../../../src/engine/engine.js';
import { parseReference } from '../../../src/engine/reference.js';
import { detailed, type FakeContainer, isUp, listed } from './container.js';
import * as refusals from './refusals.js';

export interface DaemonOptions {
  /** The engine's own clock. */
  readonly date: () => Date;
  /** On the node at first. */
  readonly images?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/** Exit code of a process that was killed. */
const KILLED = 137;

export class FakeDaemon {
  /** Where images are pulled from: these can be had. */
  readonly registry = new Set<string>();
  /** By name, with their labels. */
  readonly networks = new Map(['bridge', 'host', 'none'].map((name): [string, Labels] => [name, {}]));
  /** By name, with the labels that they were made with. */
  readonly volumes = new Map<string, Labels>();
  /** Texts of files, by the name of their volume and their path in it: `katod-db-data/myid`. */
  readonly files = new Map<string, string>();
  /** Names that nobody in the list has, and that are in use all the same. */
  readonly reservedNames = new Set<string>();
  readonly #date: () => Date;
  readonly #images = new Set<string>();
  readonly #containers = new Map<string, FakeContainer>();
  /** Commands that go on in a container beside its main process, by its id. */
  readonly #commands = new Map<string, Set<string>>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #made = 0;

  constructor({ date, images = [] }: DaemonOptions) {
    this.#date = date;
    for (const image of images) this.addImage(image);
  }

  /** Calls back at each event, until the function that is returned is called. */
  listen(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  containers(): readonly FakeContainer[] {
    return [...this.#containers.values()];
  }

  list(): readonly ListedContainer[] {
    return this.containers().map(listed);
  }

  inspect(id: string): ContainerDetail {
    return detailed(this.#get(id));
  }

  readFile(id: string, path: string): string | null {
    const { shape, volumeName } = this.#get(id).request;
    const within = Object.entries(shape.volumes).find(([, target]) => path.startsWith(`${target}/`));
    if (within === undefined) return null;
    return this.files.get(volumeName(within[0]) + path.slice(within[1].length)) ?? null;
  }

  hasImage(reference: string): boolean {
    return this.#images.has(canonical(reference));
  }

  addImage(reference: string): void {
    this.#images.add(canonical(reference));
    this.#tell('image', 'pull', reference);
  }

  /** Somebody takes its name away; what is made of it runs on. */
  removeImage(reference: string): void {
    this.#images.delete(canonical(reference));
  }

  pull(reference: string): void {
    const name = canonical(reference);
    if (![...this.registry].some((image) => canonical(image) === name))
      throw refusals.notToBePulled(reference);
    this.addImage(reference);
  }

  create(request: CreateRequest): string {
    const { name, shape, labels } = request;
    if (!this.hasImage(shape.image)) throw refusals.noSuchImage(shape.image);
    this.#claim(name);
    this.#made += 1;
    const id = createHash('sha256').update(String(this.#made)).digest('hex');
    this.#containers.set(id, {
      id,
      request,
      name,
      state: 'created',
      runs: 0,
      startedAt: null,
      finishedAt: null,
      exitCode: null,
      output: '',
      signals: [],
    });
    for (const volume of Object.keys(shape.volumes)) {
      const full = request.volumeName(volume);
      if (!this.volumes.has(full)) this.volumes.set(full, labels);
    }
    this.#tell('container', 'create', id);
    return id;
  }

  start(id: string): void {
    const container = this.#get(id);
    if (container.state === 'paused') throw refusals.unfitting('start', container.state);
    if (container.state === 'dead' || container.state === 'removing') throw refusals.markedForRemoval(id);
    if (isUp(container)) return;
    const { network, publish } = container.request.shape;
    if (!this.networks.has(network)) throw refusals.noSuchNetwork(network);
    const taken = publish.find(({ port, protocol }) => this.#isPublished(port, protocol));
    if (taken) throw refusals.portTaken(taken.port);
    container.state = 'running';
    container.runs += 1;
    container.startedAt = this.#date().toISOString();
    this.#tell('container', 'start', id);
  }

  /** The code that its process ends with when it is asked to stop. */
  stop(id: string, code = 0): void {
    const container = this.#get(id);
    if (!isUp(container)) return;
    this.exit(id, code);
    this.#tell('container', 'stop', id);
  }

  restart(id: string): void {
    this.stop(id);
    this.start(id);
    this.#tell('container', 'restart', id);
  }

  rename(id: string, name: string): void {
    const container = this.#get(id);
    if (container.name === name) return;
    this.#claim(name);
    container.name = name;
    this.#tell('container', 'rename', id);
  }

  /** Of one that is gone, or on its way, nothing is left to do. Volumes stay. */
  remove(id: string): void {
    const container = this.#containers.get(id);
    if (container === undefined || container.state === 'removing') return;
    if (isUp(container)) throw refusals.unfitting('remove', container.state);
    this.vanish(id);
  }

  unpause(id: string): void {
    const container = this.#get(id);
    if (container.state !== 'paused') return;
    container.state = 'running';
    this.#tell('container', 'unpause', id);
  }

  /** What its process does about it is up to whoever listens. */
  signal(id: string, signal: string): void {
    const container = this.#get(id);
    if (!isUp(container)) throw refusals.unfitting('signal', container.state);
    container.signals.push(signal);
    this.#tell('container', 'kill', id);
  }

  /** Those that go on, for a new one to be noted as well. Refused for a container that does not run. */
  commandsIn(id: string): Set<string> {
    const container = this.#get(id);
    if (container.state !== 'running') throw refusals.unfitting('run a command in', container.state);
    const commands = this.#commands.get(id) ?? new Set();
    this.#commands.set(id, commands);
    return commands;
  }

  ensureNetwork(name: string, labels: Labels): void {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw refusals.badReference(name, 'no name of a network');
    if (!this.networks.has(name)) this.networks.set(name, labels);
  }

  /** The process ends by itself, or by somebody's hand. */
  exit(id: string, code = KILLED, words = ''): void {
    const container = this.#get(id);
    if (!isUp(container)) return;
    container.state = 'exited';
    container.finishedAt = this.#date().toISOString();
    container.exitCode = code;
    container.output += words;
    this.#commands.delete(id);
    this.#tell('container', 'die', id);
  }

  /** By somebody else. */
  pause(id: string): void {
    const container = this.#get(id);
    if (container.state !== 'running') return;
    container.state = 'paused';
    this.#tell('container', 'pause', id);
  }

  /** A removal that has begun and does not end, or was given up half done. */
  halfRemove(id: string, state: 'removing' | 'dead'): void {
    this.exit(id);
    this.#get(id).state = state;
  }

  /** Gone, in whatever state: what `docker rm --force` does, and the end of a removal under way. */
  vanish(id: string): void {
    if (this.#containers.delete(id)) this.#tell('container', 'destroy', id);
  }

  /** What the engine is in the middle of comes to its end: removals, and restarts by a policy of its own. */
  finish(): void {
    for (const container of this.containers()) {
      if (container.state === 'removing') this.vanish(container.id);
      if (container.state === 'restarting') container.state = 'running';
    }
  }

  #get(id: string): FakeContainer {
    const container = this.#containers.get(id);
    if (container === undefined) throw refusals.noSuchContainer(id);
    return container;
  }

  #claim(name: string): void {
    const taken = this.containers().some((container) => container.name === name);
    if (taken || this.reservedNames.has(name)) throw refusals.nameTaken(name);
  }

  #isPublished(port: number, protocol: string): boolean {
    return this.containers().some(
      (container) =>
        isUp(container) &&
        container.request.shape.publish.some((one) => one.port === port && one.protocol === protocol),
    );
  }

  #tell(kind: EngineEvent['kind'], action: string, id: string): void {
    for (const listener of [...this.#listeners]) listener({ kind, action, id });
  }
}

/** The name under which an engine keeps an image: the same for all ways to write it. */
function canonical(reference: string): string {
  const parsed = parseReference(reference);
  if (!parsed.ok) throw refusals.badReference(reference, parsed.problem);
  const { registry, repository, tag, digest } = parsed.reference;
  return digest === null
    ? `${registry}/${repository}:${tag ?? 'latest'}`
    : `${registry}/${repository}@${digest}`;
}
