/** What an agent or command was told about itself; the contract's section 2. Durations are milliseconds. */
import type { Policy } from '../desired/policy.js';

export interface EtcdSettings {
  /** `http://host:port` or `https://host:port`, tried in turn. */
  readonly endpoints: readonly string[];
  /** Without a trailing slash, such as `/katod`. */
  readonly prefix: string;
  /** Of the CA that issues etcd's certificates; absent: what the system trusts. */
  readonly ca?: string;
  /** Client certificate and its key; both or neither. */
  readonly cert?: string;
  readonly key?: string;
  /** Both or neither. */
  readonly username?: string;
  readonly passwordFile?: string;
}

/** Where the desired state is read from. */
export type StoreSettings =
  | ({ readonly kind: 'etcd' } & EtcdSettings)
  | { readonly kind: 'file'; readonly path: string };

export interface Settings {
  readonly node: string;
  readonly address: string;
  readonly store: StoreSettings;
  /** `unix:///path`, `tcp://host:port` or `https://host:port`. */
  readonly docker: string;
  /** `host:port`, or `unix:PATH`. */
  readonly listen: string;
  readonly hostNames: readonly string[];
  readonly stateDir: string;
  /** Folder with `components/`, `stacks/` and `templates/`. */
  readonly catalog: string;
  readonly stack: string;
  readonly resync: number;
  readonly containerPrefix: string;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** What the store may ask for; the contract's section 6. */
  readonly policy: Policy;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Deadlines and intervals, in milliseconds, that the contract gives as defaults. */
export interface Limits {
  /** Deadline of one call to the engine that should answer at once. Default 10 s. */
  readonly engineCall: number;
  /** Between two pings of the engine. Default 10 s. */
  readonly enginePing: number;
  /** A pull in which nothing has moved for this long is given up. Default 2 min. */
  readonly pullStall: number;
  /** Pulls at once. Default 2. */
  readonly pulls: number;
  /** First wait after a failed pull, doubling up to `pullMax`. Defaults 10 s and 5 min. */
  readonly pullMin: number;
  readonly pullMax: number;
  /** Wait after a pull that was refused for good. Default 1 h. */
  readonly pullRecheck: number;
  /** Pulls of images that replace what runs are spread over so long, by node. Default 5 s; 0: not at all. */
  readonly pullSpread: number;
  /** Deadline of one call to the store. Default 5 s. */
  readonly storeCall: number;
  /** Between two full lists of the store, as a safety net under the watch. Default 5 min. */
  readonly storeRelist: number;
}
