/** Those who are in a folder of ZooKeeper, each as long as its session lasts; the first of them leads. For the stand-ins. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NO_NODE, NODE_EXISTS, ZooKeeper, ZooKeeperError } from './zookeeper.mjs';

/** The sessions of Mesos and Marathon last so long by default; milliseconds. */
const SESSION = 10_000;
const LOOK_EVERY = 500;

/** `zk://10.0.0.1:2181,10.0.0.2:2181/mesos` */
export function parseUrl(url) {
  const [, servers = '', folder = ''] = /^zk:\/\/(?:[^@/]*@)?([^/]+)(\/.*)?$/.exec(url) ?? [];
  return { servers: servers.split(','), folder: folder.replace(/\/$/, '') };
}

export class Group {
  #id = randomUUID();
  #zookeeper;
  #folder;
  #label;
  #info;
  #onLost;
  #known = new Map();
  #members = [];

  /**
   * Joins it, as `info`, in a node whose name begins with `label`. `onLost`, with whether it led: the session has run out;
   * it joins anew.
   */
  constructor({ servers, folder, label, info, onLost = () => {} }) {
    this.#zookeeper = new ZooKeeper(servers, SESSION);
    this.#folder = folder;
    this.#label = label;
    this.#info = { ...info, id: this.#id };
    this.#onLost = onLost;
    void this.#run();
  }

  /** In the order in which they came; none while ZooKeeper is away. */
  members() {
    return this.#members;
  }

  leads() {
    return this.#members[0]?.id === this.#id;
  }

  /** Gives up its place. */
  async leave() {
    await this.#zookeeper.close();
  }

  async #run() {
    let seen = performance.now();
    for (;;) {
      try {
        await this.#look();
        seen = performance.now();
      } catch {
        if (performance.now() - seen > SESSION) {
          this.#lose();
          this.#zookeeper.forget();
        }
      }
      await delay(LOOK_EVERY);
    }
  }

  async #look() {
    let members = await this.#read();
    if (!members.some(({ id }) => id === this.#id)) {
      if (this.#members.length > 0) this.#lose();
      await this.#zookeeper.createEphemeral(`${this.#folder}/${this.#label}`, JSON.stringify(this.#info));
      members = await this.#read();
    }
    this.#members = members;
  }

  #lose() {
    const led = this.leads();
    this.#members = [];
    this.#onLost(led);
  }

  async #read() {
    const names = (await this.#children()).filter((name) => name.startsWith(this.#label)).sort();
    const members = [];
    for (const name of names) {
      const info = this.#known.get(name) ?? (await this.#infoOf(name));
      if (info === null) continue;
      this.#known.set(name, info);
      members.push(info);
    }
    return members;
  }

  async #children() {
    try {
      return await this.#zookeeper.children(this.#folder);
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || error.code !== NO_NODE) throw error;
      await this.#makeFolder();
      return [];
    }
  }

  async #makeFolder() {
    const parts = this.#folder.split('/').slice(1);
    for (const [index] of parts.entries()) {
      try {
        await this.#zookeeper.create(`/${parts.slice(0, index + 1).join('/')}`);
      } catch (error) {
        if (!(error instanceof ZooKeeperError) || error.code !== NODE_EXISTS) throw error;
      }
    }
  }

  /** Null: it has just gone. */
  async #infoOf(name) {
    try {
      return JSON.parse(await this.#zookeeper.data(`${this.#folder}/${name}`));
    } catch (error) {
      if (error instanceof ZooKeeperError && error.code === NO_NODE) return null;
      throw error;
    }
  }
}
