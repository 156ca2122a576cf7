/** The form of one setting: where it can be given, what it is without, and how its text is read. */

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `why` follows the place in a message: what is wrong and what to write instead. */
  | { readonly ok: false; readonly why: string };

/** Facts of this host that are defaults of settings; read only when they are needed. */
export interface HostDefaults {
  hostName(): string;
  /** Null when there is no default route. */
  address(): Promise<string | null>;
}

/** A default: its text, or how to find it on this host. */
type Fallback = string | ((host: HostDefaults) => Promise<Parsed<string>>);

export interface Row<Value> {
  /** Key in the file; dots are nesting. */
  readonly key: string;
  /** Without dashes; null: in the file only. The variable's name follows from it. */
  readonly flag: string | null;
  /** Further variables, asked after its own; there an empty value is no value, as their owners have it. */
  readonly borrowed?: readonly string[];
  readonly fallback: Fallback;
  readonly parse: (text: string) => Parsed<Value>;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly help: string;
}

/** Gives a table entry its type. */
export function row<Value>(entry: Row<Value>): Row<Value> {
  return entry;
}

/** `host-names` is `KATOD_HOST_NAMES`. */
export function variableOf(flag: string): string {
  return `KATOD_${flag.toUpperCase().replaceAll('-', '_')}`;
}

export function good<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function bad(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
