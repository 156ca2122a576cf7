/** The catalog as the store has it: its definitions and roles over those that are shipped. What was read is kept. */
import type { Catalog } from './catalog.js';
import { readOverlay } from './overlay.js';
import type { Definition, ReadDefinition } from './read-definition.js';
import { replaceRoles, type Stack } from './stack.js';

/** A definition of the store, as its YAML. */
export interface OverlayTexts {
  /** What the store says now. */
  readonly text: string;
  /** What it said when that last came to a component on this node, where `text` has not; else null. */
  readonly older: string | null;
}

export interface StoreDefinitions {
  readonly components: Readonly<Record<string, OverlayTexts>>;
  /** Role to its components. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Where a component's text is, for messages. */
  readonly placeOf: (component: string) => string;
}

/** Reading is the costly part, so each text is read once, and with a pause between two. */
export class Overlays {
  readonly #shipped: Catalog;
  #read = new Map<string, ReadDefinition>();

  constructor(shipped: Catalog) {
    this.#shipped = shipped;
  }

  /** Yields after each text that had to be read. A text that is refused leaves its component without a definition. */
  *apply({ components, roles, placeOf }: StoreDefinitions): Generator<void, Catalog> {
    const shipped = this.#shipped;
    const used = new Map<string, ReadDefinition>();
    const good = new Map(shipped.components);
    const refused = new Map(shipped.refused.components);
    const fallbacks = new Map<string, readonly Definition[]>();
    for (const [name, { text, older }] of Object.entries(components)) {
      const now = yield* this.#readOnce(name, text, placeOf(name), used);
      if (now.ok) good.set(name, now.definition);
      else good.delete(name);
      if (now.ok) refused.delete(name);
      else refused.set(name, now.problems);
      const before = older === null ? null : yield* this.#readOnce(name, older, placeOf(name), used);
      const onto = shipped.components.get(name);
      fallbacks.set(name, [
        ...(before?.ok ? [before.definition] : []),
        ...(onto === undefined ? [] : [onto]),
      ]);
    }
    this.#read = used;
    return {
      ...shipped,
      components: good,
      refused: { ...shipped.refused, components: refused },
      fallbacks,
      stacks: stacksWith(shipped, roles),
    };
  }

  *#readOnce(
    name: string,
    text: string,
    place: string,
    used: Map<string, ReadDefinition>,
  ): Generator<void, ReadDefinition> {
    const key = `${place}\n${text}`;
    const known = used.get(key) ?? this.#read.get(key);
    if (known !== undefined) {
      used.set(key, known);
      return known;
    }
    const { components, findTemplate } = this.#shipped;
    const read = readOverlay({ name, text, place, onto: components.get(name) ?? null, findTemplate });
    used.set(key, read);
    yield;
    return read;
  }
}

/** Roles of the store are every stack's: the stack may change under them. */
export function stacksWith(
  { stacks }: Catalog,
  roles: StoreDefinitions['roles'],
): ReadonlyMap<string, Stack> {
  return new Map([...stacks].map(([name, stack]) => [name, replaceRoles(stack, roles)]));
}
