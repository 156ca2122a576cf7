/** The store port on one YAML file that people edit: watched, and read as a whole or not at all. */

import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listStoreFile, readStoreFile } from './file-content.js';
import { fileSession } from './file-session.js';
import type { Session } from './session.js';
import {
  type Entry,
  type Following,
  type Reading,
  type Snapshot,
  type Store,
  StoreError,
  type Written,
} from './store.js';
import { Teller } from './teller.js';

export interface FileStoreOptions {
  readonly path: string;
  readonly node: string;
  /** Between two looks without a hint of the file system, in milliseconds. Default 5 s. */
  readonly poll?: number;
}

/** Editors write in steps: a file that can't be read gets this time, in milliseconds, before that is told. */
const SECOND_LOOK = 150;

/** A file is read once nothing has happened to it for so long, in milliseconds: it may be written in steps. */
const SETTLE = 50;

export class FileStore implements Store {
  readonly kind = 'file';
  readonly #options: FileStoreOptions;
  readonly #followings = new Set<Following>();

  constructor(options: FileStoreOptions) {
    this.#options = options;
  }

  follow(tell: (reading: Reading) => void): Following {
    const following = new FileFollowing(this.#options, new Teller(tell));
    this.#followings.add(following);
    return following;
  }

  openSession(): Session {
    return fileSession();
  }

  async read(): Promise<Snapshot> {
    const reading = await readPatiently(this.#options);
    if (!reading.ok) throw new StoreError(reading.why);
    return reading.snapshot;
  }

  async put(key: string, value: string): Promise<void> {
    throw this.#refusal(`write ${JSON.stringify(`${key}: ${value}`)} there`);
  }

  async create(key: string, value: string): Promise<Written> {
    throw this.#refusal(`write ${JSON.stringify(`${key}: ${value}`)} there`);
  }

  async putIf(key: string, value: string): Promise<Written> {
    throw this.#refusal(`write ${JSON.stringify(`${key}: ${value}`)} there`);
  }

  async deleteIf(key: string): Promise<Written> {
    throw this.#refusal(`remove ${JSON.stringify(key)} there`);
  }

  async delete(key: string): Promise<boolean> {
    throw this.#refusal(`remove ${JSON.stringify(key)} there`);
  }

  async get(key: string): Promise<Entry | null> {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    return (await this.list(folder)).find((entry) => entry.key === key) ?? null;
  }

  async list(folder: string): Promise<readonly Entry[]> {
    const first = await listStoreFile(this.#options.path, folder);
    if (first.ok) return first.entries;
    await sleep(SECOND_LOOK);
    const second = await listStoreFile(this.#options.path, folder);
    if (!second.ok) throw new StoreError(second.why);
    return second.entries;
  }

  #refusal(remedy: string): StoreError {
    return new StoreError(`the store is the file ${this.#options.path}, which people edit: ${remedy}`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#followings].map((following) => following.close()));
  }
}

class FileFollowing implements Following {
  readonly #options: FileStoreOptions;
  readonly #teller: Teller;
  readonly #folder: string;
  readonly #poll: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  /** Identity of the folder that is watched: another one may come to stand under its name. */
  #watched: string | undefined;
  #settling: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: FileStoreOptions, teller: Teller) {
    this.#options = options;
    this.#teller = teller;
    this.#folder = dirname(options.path);
    this.#poll = setInterval(() => this.refresh(), options.poll ?? 5_000);
    this.refresh();
  }

  refresh(): void {
    if (this.#closed) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.refresh();
    });
  }

  share(): void {
    // The file's node is the only member.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#teller.close();
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    this.#watcher?.close();
    await this.#looking;
  }

  async #look(): Promise<void> {
    await this.#watchFolder();
    this.#teller.tell(await readPatiently(this.#options));
  }

  /** The folder and not the file, which editors replace. Where it can't be watched the poll has to do. */
  async #watchFolder(): Promise<void> {
    const identity = await folderIdentity(this.#folder);
    if (this.#closed || (identity === this.#watched && this.#watcher !== undefined)) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = identity;
    if (identity === undefined) return;
    try {
      this.#watcher = watch(this.#folder, (_, name) => this.#hint(name));
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      // Out of watches, or a file system without them: the poll sees changes too, only later.
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** A swapped symlink of a mounted volume shows under another name (`..data`), so names that begin so count. */
  #hint(name: string | null): void {
    if (name !== null && name !== basename(this.#options.path) && !name.startsWith('..')) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.refresh(), SETTLE);
  }
}

async function readPatiently({ path, node }: FileStoreOptions): Promise<Reading> {
  const first = await readStoreFile(path, node);
  if (first.ok) return first;
  await sleep(SECOND_LOOK);
  return readStoreFile(path, node);
}

async function folderIdentity(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    // Not there, or not ours to see: reading the file says so.
    return undefined;
  }
}
