/** The definitions and roles of the store: what is accepted of `cluster/components/` and `cluster/roles/`. Pure. */
import type { Catalog } from '../catalog/catalog.js';
import { isName, NAME_RULE, quoted } from '../catalog/name.js';
import { LONGEST_OVERLAY } from '../catalog/overlay.js';
import type { Desired } from './desired.js';
import { type FolderInput, type ReadWord, readFolder, unknownWords } from './folder.js';
import { LONGEST_WORD, readLines, readValue } from './value-text.js';

/** A definition of the store; whether it is one is seen when it is merged. */
export interface AcceptedOverlay {
  /** YAML. */
  readonly text: string;
  /** Whether it has come to a component on this node. */
  readonly good: boolean;
  /** What it was when it last came to one, where `text` has not yet; null: never, or not needed. */
  readonly older: string | null;
}

export type AcceptedOverlays = Readonly<Record<string, AcceptedOverlay>>;
export type AcceptedRoles = Readonly<Record<string, readonly string[]>>;

type Given = Pick<FolderInput<never>, 'entries' | 'words' | 'tell'>;

/** A thousand of a kilobyte each: reading them all anew takes some seconds, in small pieces. */
const ALL_OVERLAYS = 1024 * 1024;

const nameFault = (name: string) => (isName(name) ? null : `${quoted(name)} is no name (${NAME_RULE})`);

export function readOverlays(given: Given, before: AcceptedOverlays): AcceptedOverlays {
  return readFolder<AcceptedOverlay>({
    ...given,
    folder: 'cluster/components/',
    before,
    nameFault,
    read(bytes, name) {
      const value = readLines(bytes, LONGEST_OVERLAY);
      if (!value.ok) return value;
      return { ok: true, value: renewed(value.text, Object.hasOwn(before, name) ? before[name] : undefined) };
    },
    mostTogether: ALL_OVERLAYS,
    placeholder: '"$(cat FILE)"',
    otherwise: 'it has no effect',
  });
}

function renewed(text: string, before: AcceptedOverlay | undefined): AcceptedOverlay {
  if (before === undefined) return { text, good: false, older: null };
  if (before.text === text) return before;
  return { text, good: false, older: before.good ? before.text : before.older };
}

export function readRoles(
  given: Given,
  before: AcceptedRoles,
  components: ReadonlySet<string>,
): AcceptedRoles {
  return readFolder<readonly string[]>({
    ...given,
    folder: 'cluster/roles/',
    before,
    nameFault: (name) => (name === 'none' ? '"none" stands for no role' : nameFault(name)),
    read: (bytes) => readRole(bytes, components),
    mostTogether: ALL_OVERLAYS,
    placeholder: 'COMPONENT,COMPONENT',
    otherwise: 'it has no effect',
  });
}

function readRole(bytes: Uint8Array, components: ReadonlySet<string>): ReadWord<readonly string[]> {
  const value = readValue(bytes, LONGEST_WORD);
  if (!value.ok) return value;
  const names = [...new Set(value.text.split(',').map((name) => name.trim()))];
  if (names.includes(''))
    return { ok: false, why: `${quoted(value.text)} has an empty name between its commas` };
  const why = unknownWords(names, components, 'component');
  return why === null ? { ok: true, value: names } : { ok: false, why };
}

/** Every component that there is a definition of, good or not. */
export function componentNames(
  { components, refused }: Catalog,
  overlays: AcceptedOverlays,
): ReadonlySet<string> {
  return new Set([...components.keys(), ...refused.components.keys(), ...Object.keys(overlays)]);
}

/** Notes which definitions of the store have come to a component: those are the last good ones from now on. */
export function withGood(overlays: AcceptedOverlays, desired: Desired): AcceptedOverlays {
  if (!desired.known) return overlays;
  const proven = Object.entries(overlays).filter(
    ([name, { good }]) => !good && desired.components.get(name)?.ok,
  );
  if (proven.length === 0) return overlays;
  return {
    ...overlays,
    ...Object.fromEntries(proven.map(([name, { text }]) => [name, { text, good: true, older: null }])),
  };
}
