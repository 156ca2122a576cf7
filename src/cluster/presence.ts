/**
 * This node as the cluster sees it: its member key, and its status under a lease. Best effort: nothing local waits for
 * it, and a write that fails is tried again.
 */
import type { Logger } from 'pino';
import type { Report } from '../report/report.js';
import { leaseTtl, type Session } from '../store/session.js';
import { type Store, StoreError } from '../store/store.js';
import { type Member, parseMember, statusText } from './member.js';

/** Changes within this time are one write; milliseconds. */
const SETTLE = 1_000;
/** A status is written so often even when nothing changes; milliseconds. */
const REFRESH = 300_000;
/** After a write that failed; milliseconds. */
const AGAIN = 15_000;

export interface PresenceOptions {
  readonly store: Pick<Store, 'kind' | 'create' | 'putIf' | 'list' | 'openSession'>;
  readonly self: Omit<Member, 'roles'>;
  /** For the time in the status, and nothing else. */
  readonly date: () => Date;
  readonly log: Logger;
}

export class Presence {
  readonly #options: PresenceOptions;
  #session: Session | null = null;
  #opening: Promise<void> | null = null;
  #report: Report | null = null;
  #ended = false;
  /** What was written last, without its time. */
  #told = '';
  #member = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /**
   * Whether another host, told by its machine id, uses this node's name and lives: a sentence, or null. Rejects with a
   * `StoreError` when it can't be told.
   */
  async twin(): Promise<string | null> {
    const { store, self } = this.#options;
    const other = await this.#otherMember();
    if (other === null || self.machineId === null || other.machineId === self.machineId) return null;
    const alive = (await store.list('status/')).some(({ key }) => key === `status/${self.name}`);
    if (!alive) return null;
    return (
      `another host uses the name ${self.name} and is alive (machine id ${other.machineId}, address ` +
      `${other.address}): give this one a name of its own; or, if it takes the other's place, stop the other's agent`
    );
  }

  /**
   * Takes note of how the node is. The first one makes the node present. `following` false: the store is not followed,
   * so nothing is written to it, and what was there goes.
   */
  note(report: Report, following: boolean): void {
    if (this.#ended || this.#options.store.kind === 'file') return;
    if (!following) {
      if (this.#session !== null) void this.#leave();
      return;
    }
    this.#report = report;
    if (this.#session === null) {
      this.#opening ??= this.#open().finally(() => {
        this.#opening = null;
      });
      return;
    }
    const changed = statusText(report, '') !== this.#told || this.#memberText(report) !== this.#member;
    if (changed) this.#writeIn(SETTLE, false);
  }

  /** The lease under which this node is present; null: it is not, now. */
  session(): Session | null {
    return this.#session;
  }

  /** Ends the lease, and with it the status. The member stays. What is noted afterwards counts no more. */
  close(): Promise<void> {
    this.#ended = true;
    return this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#report = null;
    await this.#opening;
    const session = this.#session;
    this.#session = null;
    this.#told = '';
    // A store that is followed again may be another one.
    this.#member = '';
    await session?.close();
  }

  async #open(): Promise<void> {
    try {
      const members = await this.#options.store.list('members/');
      if (this.#report === null || this.#ended) return;
      this.#session = this.#options.store.openSession({ ttl: leaseTtl(members.length) });
      this.#writeIn(0, false);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'members not read');
    }
  }

  /** An earlier write that is due stays. */
  #writeIn(wait: number, again: boolean): void {
    if (this.#timer !== null && !again) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), wait);
  }

  async #write(): Promise<void> {
    const { date, log } = this.#options;
    const [report, session] = [this.#report, this.#session];
    if (report === null || session === null) return;
    const { name } = this.#options.self;
    this.#told = statusText(report, '');
    session.hold(`status/${name}`, statusText(report, date().toISOString()));
    this.#writeIn(REFRESH, true);
    const member = this.#memberText(report);
    if (member === this.#member) return;
    try {
      await this.#putMember(member);
      if (this.#session === session) this.#member = member;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.debug({ problem: error.message }, 'member not written');
      if (this.#report !== null) this.#writeIn(AGAIN, false);
    }
  }

  async #putMember(text: string): Promise<void> {
    const { store, self } = this.#options;
    const key = `members/${self.name}`;
    const { done, now } = await store.create(key, text);
    if (done || now === null || decode(now.value) === text) return;
    await store.putIf(key, text, now.revision);
  }

  async #otherMember(): Promise<Member | null> {
    const { store, self } = this.#options;
    const entries = await store.list('members/');
    const entry = entries.find(({ key }) => key === `members/${self.name}`);
    return entry === undefined ? null : parseMember(decode(entry.value));
  }

  #memberText({ roles }: Report): string {
    return JSON.stringify({ ...this.#options.self, roles });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
