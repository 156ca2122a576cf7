/** How the wanted definitions went on this node, as it has told the others: `rolls/COMPONENT/DEFINITION/NODE`. */
import { fewAtATime } from '../loop/few-at-a-time.js';
import type { OwnMark, Roll, RollState, Wish } from '../plan/disruption.js';
import { type Store, StoreError } from '../store/store.js';
import { parseRoll, rollKey } from './coordination-text.js';
import { textOf } from './reading.js';

interface OwnMarksOptions {
  readonly store: Pick<Store, 'get' | 'list' | 'create' | 'putIf' | 'delete'>;
  readonly node: string;
}

export class OwnMarks {
  readonly #options: OwnMarksOptions;
  #definitions: ReadonlyMap<string, string> = new Map();
  readonly #marks = new Map<string, OwnMark>();

  constructor(options: OwnMarksOptions) {
    this.#options = options;
  }

  /** By component. */
  known(): ReadonlyMap<string, OwnMark> {
    return this.#marks;
  }

  /** From now on those of these definitions count. Answers whether some have to be read. */
  want(definitions: ReadonlyMap<string, string>): boolean {
    this.#definitions = definitions;
    for (const [component, { definition }] of this.#marks)
      if (definitions.get(component) !== definition) this.#marks.delete(component);
    return [...definitions.keys()].some((component) => !this.#marks.has(component));
  }

  /** Only those that are not known: nobody else writes them. Rejects with a `StoreError`. */
  async read(): Promise<void> {
    const { store, node } = this.#options;
    const unknown = [...this.#definitions].filter(([component]) => !this.#marks.has(component));
    await fewAtATime(unknown, async ([component, definition]) => {
      const key = rollKey({ component, definition, node });
      const entry = await store.get(key);
      const state = entry === null ? null : (parseRoll(key, textOf(entry))?.state ?? null);
      this.#set(component, { definition, state });
    });
  }

  /** Somebody may have had them forgotten. */
  take(rolls: readonly Roll[], wishes: readonly Wish[]): void {
    const mine = rolls.filter(({ node }) => node === this.#options.node);
    for (const { component, definition } of wishes) {
      const own = mine.find((roll) => roll.component === component && roll.definition === definition);
      this.#set(component, { definition, state: own?.state ?? null });
    }
  }

  /** Rejects with a `StoreError`. */
  async write(component: string, definition: string, state: RollState): Promise<void> {
    const { store, node } = this.#options;
    const key = rollKey({ component, definition, node });
    const { done, now } = await store.create(key, state);
    if (!done && now !== null && textOf(now) !== state) {
      const written = await store.putIf(key, state, now.revision);
      if (!written.done) throw new StoreError(`${key} was changed meanwhile`);
    }
    this.#set(component, { definition, state });
    if (state === 'ready') await this.#forgetOlder(component, definition);
  }

  #set(component: string, mark: OwnMark): void {
    if (this.#definitions.get(component) === mark.definition) this.#marks.set(component, mark);
  }

  /** What this node told of definitions that are not wanted any more. */
  async #forgetOlder(component: string, definition: string): Promise<void> {
    const { store, node } = this.#options;
    for (const { key } of await store.list(`rolls/${component}/`)) {
      const roll = parseRoll(key, 'ready');
      if (roll?.node === node && roll.definition !== definition) await store.delete(key);
    }
  }
}
