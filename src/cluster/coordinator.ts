/**
 * This node among the others: what slots and rolls stand in the store is read while something here wishes to be taken
 * down, and for no longer; the others are asked by the component's own protocol while this node holds a slot.
 */
import type { Logger } from 'pino';
import type { Coordinating } from '../loop/coordinating.js';
import {
  type Coordination,
  type RollState,
  type Slot,
  type SlotName,
  slotKey,
  type Wish,
  wishKey,
} from '../plan/disruption.js';
import type { Session } from '../store/session.js';
import { type Store, StoreError } from '../store/store.js';
import { parseSlot, slotKeyOf, slotText } from './coordination-text.js';
import { OwnMarks } from './own-marks.js';
import { PeerAnswers, type PeerAnswersOptions } from './peer-answers.js';
import { type CoordinationReading, NOTHING_READ, readFor, textOf } from './reading.js';

/** While something is wished, the store is read so often; milliseconds. */
const READ_EVERY = 2_000;
/** Reads of a whole fleet that waits for the same slots, per second: with more nodes each reads less often. */
const MOST_READS = 200;
/** A lease that runs out sooner than this is relied upon no more; milliseconds. */
const MARGIN = 2_000;
/** What was read, and what the others have said, counts for so long; milliseconds. */
const COUNTS_FOR = 10_000;

export interface CoordinatorOptions extends Pick<PeerAnswersOptions, 'ask' | 'now'> {
  readonly store: Pick<Store, 'get' | 'list' | 'create' | 'putIf' | 'delete' | 'deleteIf'>;
  readonly node: string;
  /** The lease under which this node is present; null: it is not, now. */
  readonly session: () => Session | null;
  /** Why the store is not gone by now, or null. */
  readonly away: () => string | null;
  readonly date: () => Date;
  /** Called when something is known that was not known before. */
  readonly onChange: () => void;
  readonly log: Pick<Logger, 'debug'>;
}

export class Coordinator implements Coordinating {
  readonly #options: CoordinatorOptions;
  #wishes: readonly Wish[] = [];
  #reading: CoordinationReading = NOTHING_READ;
  readonly #marks: OwnMarks;
  /** Own slots by key, with the start of the lease that they were claimed under. */
  readonly #claims = new Map<string, { readonly slot: Slot; readonly since: number }>();
  readonly #peers: PeerAnswers;
  #unreadable: string | null = null;
  /** Of the reading: when it came, in milliseconds (a sick etcd takes its time), and as the how-manieth. */
  #readAt = 0;
  #turns = 0;
  #taken = 0;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #ended = false;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#marks = new OwnMarks(options);
    this.#peers = new PeerAnswers(options);
  }

  known(): Coordination {
    const why = this.#options.away() ?? this.#unreadable;
    if (why !== null) return { kind: 'away', why };
    const { node, now } = this.#options;
    const { read, slots, rolls, members } = this.#reading;
    const own = [...this.#claims.values()].map(({ slot }) => slot);
    const mine = new Set(own.map(slotKey));
    const left = slots.filter((slot) => slot.node === node && !mine.has(slotKey(slot)));
    return {
      kind: 'joined',
      node,
      read: this.#isFresh() ? read : new Set(),
      slots: [...slots.filter((slot) => !mine.has(slotKey(slot))), ...own],
      certain: this.#certain(),
      left: new Set(left.map(slotKey)),
      rolls,
      peers: this.#peers.since(now() - COUNTS_FOR),
      members,
      marks: this.#marks.known(),
    };
  }

  want(wishes: readonly Wish[], definitions: ReadonlyMap<string, string>): void {
    this.#wishes = wishes;
    const unmarked = this.#marks.want(definitions);
    const fresh = this.#isFresh();
    const unread = wishes.some((wish) => !fresh || !this.#reading.read.has(wishKey(wish)));
    if (unread || unmarked) this.#look(this.#unreadable === null ? 0 : READ_EVERY);
    else if (wishes.length > 0) this.#look(this.#pause());
    else if (this.#reading !== NOTHING_READ && this.#claims.size === 0) this.#reading = NOTHING_READ;
    this.#askAll();
  }

  async claim(name: SlotName, { component, why }: { component: string; why: string }): Promise<void> {
    const session = this.#options.session();
    if (session === null || session.held() === null)
      throw new StoreError('there is no lease in the store yet');
    const slot: Slot = {
      ...name,
      node: this.#options.node,
      component,
      since: this.#options.date().toISOString(),
      why,
    };
    const key = slotKeyOf(name);
    const isOwn = (value: string) => {
      const there = parseSlot(key, value);
      return there?.node === slot.node && there.component === component;
    };
    const claimed = await session.claim(key, slotText(slot), isOwn);
    if (claimed.ok) {
      this.#peers.forget(component);
      this.#claims.set(slotKey(slot), { slot, since: claimed.since });
    }
    await this.#read();
  }

  async giveUp(slots: readonly SlotName[]): Promise<void> {
    for (const slot of slots) {
      if (this.#claims.has(slotKey(slot))) await this.#options.session()?.giveUp(slotKeyOf(slot));
      else await this.#giveUpLeft(slot);
      this.#claims.delete(slotKey(slot));
    }
    this.#reading = NOTHING_READ;
  }

  /** What stands under the lease of an agent of this node before. */
  async #giveUpLeft(slot: SlotName): Promise<void> {
    const { store, node } = this.#options;
    const key = slotKeyOf(slot);
    const entry = await store.get(key);
    if (entry === null || parseSlot(key, textOf(entry))?.node !== node) return;
    await store.deleteIf(key, entry.revision);
  }

  async mark(component: string, definition: string, state: RollState): Promise<void> {
    await this.#marks.write(component, definition, state);
    await this.#read();
  }

  async close(): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  #isFresh(): boolean {
    return this.#options.now() - this.#readAt < COUNTS_FOR;
  }

  /** Own slots that no lapse of the lease can have taken. A lease that was had anew has none. */
  #certain(): ReadonlySet<string> {
    const held = this.#options.session()?.held() ?? null;
    const left = held === null ? 0 : held.until - this.#options.now();
    for (const [key, { since }] of this.#claims) if (held?.since !== since) this.#claims.delete(key);
    return new Set(left > MARGIN ? this.#claims.keys() : []);
  }

  /** A look that is due sooner stays. */
  #look(wait: number): void {
    if (this.#ended || this.#options.away() !== null) return;
    if (this.#timer !== null) {
      if (wait > 0) return;
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running ??= this.#read()
        .catch((error: unknown) => {
          if (!(error instanceof StoreError)) throw error;
          this.#options.log.debug({ problem: error.message }, 'slots not read');
        })
        .finally(() => {
          this.#running = null;
          this.#options.onChange();
        });
    }, wait);
  }

  #pause(): number {
    return Math.max(READ_EVERY, (this.#reading.members.length / MOST_READS) * 1_000);
  }

  /** Rejects with a `StoreError`. */
  async #read(): Promise<void> {
    const { store, now } = this.#options;
    const wishes = this.#wishes;
    this.#turns += 1;
    const turn = this.#turns;
    try {
      const [reading] = await Promise.all([readFor(wishes, store), this.#marks.read()]);
      // An answer that comes late is older than what is known.
      if (turn < this.#taken) return;
      this.#taken = turn;
      this.#readAt = now();
      this.#reading = reading;
      this.#marks.take(reading.rolls, wishes);
      this.#unreadable = null;
    } catch (error) {
      if (error instanceof StoreError) this.#unreadable = error.message;
      throw error;
    }
  }

  /** The others are asked for each wish that has its slot. */
  #askAll(): void {
    const certain = this.#certain();
    const held = [...this.#claims.values()].filter(({ slot }) => certain.has(slotKey(slot)));
    for (const wish of this.#wishes)
      if (held.some(({ slot }) => slot.component === wish.component)) this.#peers.ask(wish);
  }
}
