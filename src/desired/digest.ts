/** Hashes that stand on labels for years: any change of these bytes replaces containers everywhere. */
import { createHash } from 'node:crypto';
import type { ContainerShape, FileSet } from './desired.js';
import type { Seat } from './ensemble-view.js';
import type { KnownMember } from './members.js';

/** Raise it only where containers must be replaced although their definition is the same. */
const VERSION = '1';

/** What a container is made of, as `io.katod.digest` holds it. */
export function digestOf(shape: ContainerShape): string {
  return `${VERSION}:${sha256(canonicalJson(shape))}`;
}

/** What a definition is before rendering, with all it is rendered from that is equal on every node. */
export interface DefinitionSource {
  readonly document: unknown;
  /** Text by name of the template files it names. */
  readonly templates: Readonly<Record<string, string>>;
  /** Cluster parameters it uses; null where one is unset. */
  readonly params: Readonly<Record<string, string | null>>;
  /** By component, the ensembles it uses; null where one is not formed. Absent: none. */
  readonly ensembles?: Readonly<Record<string, readonly Seat[] | null>>;
  /** Absent: it does not use them. */
  readonly members?: readonly KnownMember[];
}

/** As `io.katod.definition` holds it. */
export function definitionHash(source: DefinitionSource): string {
  return sha256(canonicalJson(source));
}

/** Of one file's content. */
export function contentHash(content: string): string {
  return sha256(content);
}

/** `container`: the digest of the container that they are for. */
export function filesDigest(files: Omit<FileSet, 'digest'> & { readonly container: string }): string {
  return sha256(canonicalJson(files));
}

/** JSON with sorted keys, no white space, and no member that is undefined. Throws where JSON has no word for a value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`);
  return text;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
