/** The last events, and those who follow them. Bounded: an older event makes room for a new one. Pure. */
import type { EventKind, Happening } from './event.js';
import { masked } from './masked.js';
import type { Mask } from './secrets.js';

export interface AgentEvent extends Happening {
  /** Grows by one from event to event, and over restarts of the agent: it starts at the time, in milliseconds. */
  readonly id: number;
  /** ISO 8601. */
  readonly time: string;
}

export interface EventRingOptions {
  readonly date: () => Date;
  readonly mask: Mask;
  /** Told of each kind. */
  readonly told?: (kind: EventKind) => void;
  /** Default 200. */
  readonly size?: number;
}

export class EventRing {
  readonly #options: EventRingOptions;
  readonly #events: AgentEvent[] = [];
  readonly #followers = new Set<(event: AgentEvent) => void>();
  #nextId: number;

  constructor(options: EventRingOptions) {
    this.#options = options;
    this.#nextId = options.date().getTime();
  }

  /** Followers are told at once; none may throw or wait. */
  add(happening: Happening): void {
    const { date, mask, told, size = 200 } = this.#options;
    const event = { ...masked(happening, mask), id: this.#nextId, time: date().toISOString() };
    this.#nextId += 1;
    this.#events.push(event);
    if (this.#events.length > size) this.#events.shift();
    told?.(event.kind);
    for (const tell of this.#followers) tell(event);
  }

  /** Newest last. `id` null, or of no event that can be here: all that are left. */
  after(id: number | null): readonly AgentEvent[] {
    const all = [...this.#events];
    return id === null || id >= this.#nextId ? all : all.filter((event) => event.id > id);
  }

  /** Tells each event from now on, until the answer is called. */
  follow(tell: (event: AgentEvent) => void): () => void {
    const follower = (event: AgentEvent) => tell(event);
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  followers(): number {
    return this.#followers.size;
  }
}
