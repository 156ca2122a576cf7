/**
 * The port to the container engine: about a dozen verbs, each one call with a deadline, and plain data.
 * What an engine reads back is never compared with what was sent: identity is by name and label.
 */
import type { ContainerShape } from '../desired/desired.js';

/** States as Docker's list gives them; `gone` is never listed. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** One line of the engine's list, foreign containers included. */
export interface ListedContainer {
  readonly id: string;
  /** Without the leading slash. Empty for a container the engine lists without a name. */
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports the engine publishes on the host for it; a host-networked container lists none. */
  readonly publishedPorts: readonly { readonly port: number; readonly protocol: string }[];
}

/** What only an inspect tells. */
export interface ContainerDetail {
  readonly id: string;
  /** As it is when the answer comes, which the list may not know yet. */
  readonly state: ContainerState;
  /** Main process on the host; 0 when not running. */
  readonly pid: number;
  /** ISO 8601, or null when it has never been started or never ended. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** The engine's own word on why a start failed; empty when there is none. */
  readonly error: string;
  /** Seconds a stop waits before it kills, as the container was created with; null: the engine's default, 10 s. */
  readonly stopTimeout: number | null;
}

export interface EngineVersion {
  readonly version: string;
  /** API version agreed on. */
  readonly api: string;
}

/** Share of a pull that is done, 0 to 1, or null while it can't be told. */
export type PullProgress = (share: number | null) => void;

/** One line of the engine's events: a hint to look again, and at which container. */
export interface EngineEvent {
  readonly kind: 'container' | 'image' | 'network' | 'volume' | 'other';
  readonly action: string;
  readonly id: string;
}

export interface CreateRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly shape: ContainerShape;
  /** Host folder for each folder of `shape.files`, already written: container path to host path. */
  readonly fileFolders: ReadonlyMap<string, string>;
  /** Volume name on the engine for each of `shape.volumes`. */
  readonly volumeName: (volume: string) => string;
  /** Milliseconds; recorded in the container for stops by others. */
  readonly stopTimeout: number;
}

/** How a command ended that was run in a container, or as one. */
export interface ExecResult {
  readonly exitCode: number;
  /** The end of what it printed, at most 4 KB: standard output and error as they came. */
  readonly output: string;
}

export interface EventStream {
  close(): void;
}

/** Every verb rejects with a `Fault` and nothing else. Verbs may be repeated: "already so" is success. */
export interface Engine {
  /** Agrees on an API version; again after each reconnect, since the daemon may have been upgraded. */
  connect(): Promise<EngineVersion>;
  ping(): Promise<void>;
  /** All containers, running or not, ours and others'. */
  list(): Promise<readonly ListedContainer[]>;
  /** Rejects with kind `gone` when there is none. */
  inspect(id: string): Promise<ContainerDetail>;
  /** Whether the image can be used without a pull. */
  hasImage(reference: string): Promise<boolean>;
  /** Resolves when the image is there. Fails on in-band errors, an early end, and a stall. */
  pull(reference: string, progress: PullProgress, signal: AbortSignal): Promise<void>;
  /** Returns the id. Rejects with kind `taken` when the name is in use. */
  create(request: CreateRequest): Promise<string>;
  start(id: string): Promise<void>;
  /** Stops with the container's own signal, kills after `timeout` ms (null: as created). Not running is success. */
  stop(id: string, timeout: number | null): Promise<void>;
  /** Stop and start in one call, so that no crash in between can look like a wanted stop. */
  restart(id: string, timeout: number | null): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** The container and its anonymous volumes' references only: never a named volume. Gone is success. */
  remove(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  /** Sends a signal, such as `SIGHUP`, to the main process. Rejects where none runs. */
  signal(id: string, signal: string): Promise<void>;
  /**
   * Starts a container that was made to end by itself, and resolves when it has. When `signal` fires first the call
   * rejects with kind `slow`, and the container goes on: whoever made it stops and removes it.
   */
  runToEnd(id: string, signal: AbortSignal): Promise<ExecResult>;
  /**
   * Runs a command in a running container to its end, as the container's user. No engine can end what it has begun:
   * when `signal` fires first the command goes on, and the call rejects, with kind `busy` (`slow` where the engine
   * never said that it has begun). While it goes on, the same command in that container is `busy` at once, so that
   * commands which hang do not pile up.
   */
  exec(id: string, command: readonly string[], signal: AbortSignal): Promise<ExecResult>;
  /**
   * The text of a file of 4 KB at most in a container, running or not, its volumes included; null: there is none. Rejects
   * with kind `gone` when there is no such container.
   */
  readFile(id: string, path: string): Promise<string | null>;
  /**
   * Sees that there is a network of that name: any that is there is used as it is, else a bridge with these labels is
   * made. No verb removes one.
   */
  ensureNetwork(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Subscribes to events, for ever. `onConnected` after each (re)connect and before its first event (list then),
   * `onLost` with a fault when the stream or a ping fails; both as often as it happens.
   */
  events(handlers: {
    readonly onEvent: (event: EngineEvent) => void;
    readonly onConnected: (version: EngineVersion) => void;
    readonly onLost: (fault: Fault) => void;
  }): EventStream;
  close(): void;
}

/** What a fault is about; decides what may be done about it. */
export type FaultKind =
  /** No such container, image, network. */
  | 'gone'
  /** The name, or a port, is held by somebody else. */
  | 'taken'
  /** The engine is at work on that object: removal in progress, device busy. */
  | 'busy'
  /** The engine or registry refuses the request itself: bad reference, bad parameter, no such command. */
  | 'refused'
  /** The registry wants credentials that it was not given, or refuses those it was. */
  | 'denied'
  /** The engine can't be reached. */
  | 'unreachable'
  /** No answer within the deadline; it may have happened all the same. */
  | 'slow'
  /** No space left. */
  | 'full'
  /** Everything else, with the engine's words. */
  | 'failed';

/** `now`: look again at once. `later`: with backoff. `never`: only a new definition or an operator helps. */
export type FaultRetry = 'now' | 'later' | 'never';

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: FaultKind;
  readonly retry: FaultRetry;
  /** Milliseconds that the other side asked to wait, or null. */
  readonly retryAfter: number | null;

  constructor(kind: FaultKind, retry: FaultRetry, message: string, retryAfter: number | null = null) {
    super(message);
    this.kind = kind;
    this.retry = retry;
    this.retryAfter = retryAfter;
  }
}
