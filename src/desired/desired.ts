/**
 * What should run on this node: types only. `Desired` is computed by pure functions from the catalog, the
 * accepted state of the store and the facts of the node. "Could not tell" is a type of its own.
 */
import type { ProbeSet } from '../probe/probe.js';
import type { Disruption, Disruptions } from './disruption.js';
import type { Ensemble } from './ensemble.js';

export interface NodeFacts {
  readonly name: string;
  readonly address: string;
  readonly hostname: string;
}

/** What is wrong with something people wrote: where, what, and what to do, in one sentence. */
export interface Problem {
  /** A key of the store with its prefix, or a file's path, or a component's name. */
  readonly place: string;
  readonly message: string;
}

/** A port on the host that a component listens on. */
export interface HostPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface PublishedPort extends HostPort {
  /** Inside the container. */
  readonly target: number;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface Device {
  readonly source: string;
  readonly target: string;
  readonly permissions: string;
}

/** A rendered file. Its folder is mounted as a whole: a single mounted file goes stale when it is replaced. */
export interface RenderedFile {
  /** Absolute path inside the container. */
  readonly target: string;
  readonly content: string;
}

/** A file that changes under the running container, which is then told in one of these ways. */
export interface LiveFile extends RenderedFile {
  /** Hash of the content. */
  readonly digest: string;
  readonly onChange: { readonly signal: string } | 'restart' | 'none';
}

/** What there is to know of a component's files beside those that its container is made of. */
export interface FileSet {
  readonly live: readonly LiveFile[];
  /** Commands that must end with 0, in the component's own image, before files are put in place. */
  readonly validate: readonly (readonly string[])[];
  /** Of all files and of what checks them: what has been refused is tried again when it is another. */
  readonly digest: string;
}

/**
 * What a container is made of, in our own terms: the digest is a hash of exactly this. Absent optional fields leave
 * the engine's default. Sizes are bytes.
 */
export interface ContainerShape {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly hostname?: string;
  readonly init?: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** `host`, `bridge`, `none`, or a network's name. */
  readonly network: string;
  /** Published by the engine; empty with the host's network. */
  readonly publish: readonly PublishedPort[];
  /** Volume to the path it is mounted on. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Of volumes that are not a folder of the engine's own; absent where there are none. */
  readonly volumeDrivers?: Readonly<Record<string, VolumeDriver>>;
  readonly mounts: readonly Mount[];
  /** Files whose change needs a new container. */
  readonly files: readonly RenderedFile[];
  /** Folders of files that change without one, sorted; absent where there are none. */
  readonly liveFolders?: readonly string[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly ulimits: readonly Ulimit[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly privileged: boolean;
  readonly pid?: string;
  readonly devices: readonly Device[];
  /** Path to mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly shmSize?: number;
  readonly readOnly: boolean;
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> } | null;
  readonly stopSignal?: string;
}

/** Heeded when the engine makes the volume, and never again. */
export interface VolumeDriver {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface RestartPolicy {
  /** `on-failure`: after a clean exit (0 or one of `cleanExits`) its work is done, which is as good as running. */
  readonly policy: 'always' | 'on-failure';
  /** Waits before the second restart, doubling up to `max`; forgotten after `reset` of good running. Milliseconds. */
  readonly min: number;
  readonly max: number;
  readonly reset: number;
  /** Exit codes beside 0 that are no failure. */
  readonly cleanExits: readonly number[];
  /** Exit codes after which only an operator helps. */
  readonly finalExits: readonly number[];
}

/** The seat of this node's component in its ensemble. */
export interface EnsembleSeat {
  readonly number: number;
  /** The nodes of all members, by number: those that a change of the definition reaches. */
  readonly nodes: readonly string[];
  /** Where its data says which member it was: it must not be used under another number. Null: it says nothing. */
  readonly id: {
    /** Of the definition's volumes. */
    readonly volume: string;
    /** Absolute path inside the container. */
    readonly path: string;
  } | null;
}

/** A component as it should run here. */
export interface ComponentSpec {
  readonly name: string;
  readonly description: string;
  readonly shape: ContainerShape;
  /** `1:` and a SHA-256 of the canonical JSON of `shape`; label `io.katod.digest`. */
  readonly digest: string;
  readonly files: FileSet;
  /** Hash of the definition before rendering with the cluster parameters it uses; label `io.katod.definition`. */
  readonly definition: string;
  /** `always`: its image is asked for anew before each new container. */
  readonly pull: 'missing' | 'always';
  /** Labels of its own, beside katod's. */
  readonly labels: Readonly<Record<string, string>>;
  /** Ports on the host that must be free before it starts. */
  readonly hostPorts: readonly HostPort[];
  /** Components of this node that must be ready before it starts. */
  readonly after: readonly string[];
  readonly probes: ProbeSet;
  readonly restart: RestartPolicy;
  /** Absent: it is no member of an ensemble. */
  readonly ensemble?: EnsembleSeat;
  readonly disruption: Disruption;
  /** Milliseconds from the stop signal to the kill. */
  readonly stopTimeout: number;
}

/** Why a component waits for an ensemble. */
export interface EnsembleWait {
  /**
   * `members`: others are still to come. `operator`: somebody has to act. `number`: so it is, as this node is no member;
   * what runs of it is left alone, and what has ended is not started: it would take part in a vote it is not counted in.
   */
  readonly needs: 'members' | 'operator' | 'number';
  /** A sentence, with the remedy where there is one. */
  readonly why: string;
}

export type Wanted =
  | { readonly ok: true; readonly spec: ComponentSpec }
  /** Refused: what runs of it is kept, whatever it is made of. */
  | {
      readonly ok: false;
      readonly name: string;
      readonly problems: readonly Problem[];
      /** Not refused, but it can't be known yet what it is made of. */
      readonly waits?: EnsembleWait;
      /** The last good one, which stays in force; null where none is known: then nothing is made. */
      readonly inForce: ComponentSpec | null;
    };

/** Component name to the components it starts after, for all of the stack: also orders the stop of what must go. */
export type StartOrder = ReadonlyMap<string, readonly string[]>;

/** `true`: nothing is created, replaced or removed, and what ended is started. `all`: hands off. */
export type Pause = boolean | 'all';

export type Desired =
  | {
      readonly known: true;
      readonly from: 'etcd' | 'file' | 'disk';
      readonly revision: string;
      readonly stack: string;
      /** Empty: role `none`. */
      readonly roles: readonly string[];
      readonly components: ReadonlyMap<string, Wanted>;
      readonly order: StartOrder;
      /** Whether a component of this node needs to know the members of the cluster. */
      readonly usesMembers: boolean;
      /** By component: what is to be written where its key is absent; a first ensemble, or one whose key is gone. */
      readonly forming: ReadonlyMap<string, Ensemble>;
      /** Also of components that are not here. */
      readonly disruptions: Disruptions;
      /** Component to the roles of the stack that have it. */
      readonly rolesWith: ReadonlyMap<string, readonly string[]>;
      /** An operator wants what is to go gone, whatever the other nodes say: `nodes/NODE/force`. */
      readonly forced: boolean;
      readonly paused: Pause;
      /** Values of parameters that must never be shown. */
      readonly secrets: readonly string[];
    }
  /** What runs is kept, what exited is started again, nothing is created or removed. */
  | { readonly known: false; readonly unassigned: boolean; readonly why: string };
