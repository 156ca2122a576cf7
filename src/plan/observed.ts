/** What was seen in one look at the engine and the host: plain data, the input of `plan`. Types only. */
import type { ContainerDetail, ContainerState } from '../engine/engine.js';
import type { Verdict } from '../probe/probe.js';

/** A container that bears this node's label. */
export interface OwnContainer {
  readonly id: string;
  readonly name: string;
  readonly component: string;
  readonly state: ContainerState;
  readonly image: string;
  /** Labels `io.katod.cluster`, `….digest` and `….definition`; empty where somebody took them away. */
  readonly cluster: string;
  readonly digest: string;
  readonly definition: string;
  /** Null while the engine has not told. */
  readonly detail: ContainerDetail | null;
}

/** Path of a file inside the container to the hash of the content that was last taken up. */
export type TakenUp = ReadonlyMap<string, string>;

export interface Observed {
  readonly own: readonly OwnContainer[];
  /** What is left of checks that were cut off, or of one that is under way. */
  readonly checks: readonly OwnContainer[];
  /** By component, for those with files that change under it or are checked; null: none was put there. Absent: not known. */
  readonly files: ReadonlyMap<string, TakenUp | null>;
  /** Names that others hold, with a description of the holder. */
  readonly foreignNames: ReadonlyMap<string, string>;
  /** Image reference to whether it is on the node; only those that a next step may need. */
  readonly images: ReadonlyMap<string, boolean>;
  /** Changes whenever the registries' credentials do; taken only where an image may be pulled, else empty. */
  readonly credentials: string;
  /** `tcp/8080` to a description of who listens there; only ports that a next step may need. */
  readonly portHolders: ReadonlyMap<string, string>;
  /** By container: the number in its data; only where it is about to be started. */
  readonly ensembleIds: ReadonlyMap<string, SeenEnsembleId>;
  /** By component. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** `text`: as it is in the file; null: its data is new. `why`: it could not be read. */
export type SeenEnsembleId =
  | { readonly known: true; readonly text: string | null }
  | { readonly known: false; readonly why: string };

/** What is under way while the plan is made. */
export interface UnderWay {
  /** Components whose lane is at work: nothing else is begun for them. */
  readonly lanes: ReadonlySet<string>;
  /** Images that are being pulled. */
  readonly pulls: ReadonlySet<string>;
  /** Pulls at once. */
  readonly pullLimit: number;
}

/** Key of `portHolders`. */
export function portKey(port: { readonly protocol: string; readonly port: number }): string {
  return `${port.protocol}/${port.port}`;
}
