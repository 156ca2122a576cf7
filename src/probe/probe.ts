/** Probes and what they found: types only. Durations are milliseconds. */

export type ProbeCheck =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly expect: number;
      /** A value in the JSON body, by a JSONPath of plain members (`$.leader`, `$['registrar/log/recovered']`). */
      readonly json?: { readonly path: string; readonly equals: string };
    }
  | {
      readonly kind: 'fourLetter';
      readonly host: string;
      readonly port: number;
      readonly send: string;
      /** Text that the answer must contain. */
      readonly expect: string;
      /** A line of the answer, this name and a number, that must come to as much (`zk_synced_followers` of `mntr`). */
      readonly atLeast?: { readonly name: string; readonly value: number };
    }
  | {
      readonly kind: 'dns';
      readonly server: string;
      readonly port: number;
      readonly name: string;
      readonly type: 'A' | 'AAAA' | 'TXT';
      readonly class: 'IN' | 'CH';
      /** Text that an answer must contain; null: any answer without an error. */
      readonly expect: string | null;
    }
  /** A unix socket on the host that the agent sees. */
  | { readonly kind: 'unix'; readonly path: string }
  /** A command in the component's container: exit code 0 is good. */
  | { readonly kind: 'exec'; readonly command: readonly string[] };

export interface Probe {
  readonly check: ProbeCheck;
  /** Default 10 s for live, 5 s for ready and lead. */
  readonly period: number;
  /** Default 3 s. */
  readonly timeout: number;
  /** Failures in a row that count as failing. Default 6 for live, 2 for ready and lead. */
  readonly failures: number;
  /** From the container's start, live failures do not count. Default 60 s for live, else 0. */
  readonly startPeriod: number;
}

export interface ProbeSet {
  readonly live?: Probe;
  readonly ready?: Probe;
  readonly lead?: Probe;
}

/** `ready`: may be relied upon. `alive`: lives, not ready. `failing`: the live probe failed for long enough. */
export type Health = 'ready' | 'alive' | 'failing' | 'unknown';

/** What the probes say of one container since one start. */
export interface Verdict {
  readonly containerId: string;
  readonly startedAt: string;
  readonly health: Health;
  /** Null where there is no `lead` probe or no answer yet. */
  readonly leader: boolean | null;
  /** Ready at some time since this start. */
  readonly wasReady: boolean;
  /** What the live probe has come to since this start; null: nothing yet, or there is none. */
  readonly live: boolean | null;
  /** Last answer in words, bounded to 200 characters; empty before the first. */
  readonly output: string;
  /** ISO 8601 time of the last change of `health`. */
  readonly since: string;
}

/** A running container to be probed. */
export interface ProbeTarget {
  readonly component: string;
  readonly containerId: string;
  readonly startedAt: string;
  readonly probes: ProbeSet;
}

export interface Prober {
  /** Probes exactly these from now on: what is unchanged goes on undisturbed, what is gone is forgotten. */
  watch(targets: readonly ProbeTarget[]): void;
  /** Verdicts by component. */
  verdicts(): ReadonlyMap<string, Verdict>;
  close(): Promise<void>;
}
