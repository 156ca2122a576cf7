/** The few messages of ZooKeeper's protocol that an election needs, for the stand-ins: they have no packages. */
import { connect } from 'node:net';

const CREATE = 1;
const GET_DATA = 4;
const GET_CHILDREN = 8;
const CLOSE = -11;

export const NO_NODE = -101;
export const NODE_EXISTS = -110;

const EPHEMERAL_SEQUENTIAL = 3;
const EVERYTHING = 31;

export class ZooKeeperError extends Error {
  constructor(code) {
    super(`ZooKeeper answers ${code}`);
    this.code = code;
  }
}

/** One session, kept over connections to any of the servers; every request keeps it alive. Requests reject when a connection ends. */
export class ZooKeeper {
  #servers;
  #timeout;
  #session = NO_SESSION;
  #connecting = null;
  #socket = null;
  #pending = [];
  #turn = Math.floor(Math.random() * 100);
  #xid = 0;

  /** `servers`: `host:port` each; `timeout`: of the session, in milliseconds. */
  constructor(servers, timeout) {
    this.#servers = servers;
    this.#timeout = timeout;
  }

  /** The name it got, with its number. It goes with the session. */
  async createEphemeral(path, data) {
    return text(await this.#ask(CREATE, createBody(path, data, EPHEMERAL_SEQUENTIAL)));
  }

  async create(path) {
    await this.#ask(CREATE, createBody(path, '', 0));
  }

  async children(path) {
    const answer = await this.#ask(GET_CHILDREN, Buffer.concat([bytes(path), NO_WATCH]));
    return Array.from({ length: answer.int() }, () => text(answer));
  }

  async data(path) {
    return text(await this.#ask(GET_DATA, Buffer.concat([bytes(path), NO_WATCH])));
  }

  async close() {
    await this.#ask(CLOSE, Buffer.alloc(0));
  }

  /** The next request has a session of its own. */
  forget() {
    this.#session = NO_SESSION;
    this.#socket?.destroy();
  }

  async #ask(type, body) {
    this.#connecting ??= this.#connect();
    const socket = await this.#connecting;
    this.#xid += 1;
    socket.write(frame(int(this.#xid), int(type), body));
    const reply = await this.#next(socket);
    reply.skip(INT + LONG);
    const code = reply.int();
    if (code !== 0) throw new ZooKeeperError(code);
    return reply;
  }

  /** Whoever does not answer for a third of the session is left for another server. */
  #next(socket) {
    const late = setTimeout(() => socket.destroy(), this.#timeout / 3);
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject })).finally(() =>
      clearTimeout(late),
    );
  }

  async #connect() {
    const server = this.#servers[this.#turn % this.#servers.length];
    this.#turn += 1;
    const [host, port] = server.split(':');
    const socket = connect(Number(port), host);
    this.#socket = socket;
    onFrames(socket, (message) => this.#pending.shift()?.resolve(message));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#connecting = null;
      for (const { reject } of this.#pending.splice(0)) reject(new Error(`${server} is gone`));
    });
    const { id, password } = this.#session;
    socket.write(frame(int(0), long(0n), int(this.#timeout), long(id), bytes(password), NO_WATCH));
    const answer = await this.#next(socket);
    answer.skip(INT);
    const granted = answer.int();
    this.#session = granted > 0 ? { id: answer.long(), password: answer.bytes() } : NO_SESSION;
    if (granted > 0) return socket;
    socket.destroy();
    throw new Error('the session has run out');
  }
}

const INT = 4;
const LONG = 8;
const NO_SESSION = { id: 0n, password: Buffer.alloc(16) };
const NO_WATCH = Buffer.from([0]);

function createBody(path, data, flags) {
  const anyone = [int(1), int(EVERYTHING), bytes('world'), bytes('anyone')];
  return Buffer.concat([bytes(path), bytes(data), ...anyone, int(flags)]);
}

function onFrames(socket, take) {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= INT && received.length >= INT + received.readInt32BE()) {
      const end = INT + received.readInt32BE();
      take(new Message(received.subarray(INT, end)));
      received = received.subarray(end);
    }
  });
}

/** Read from the front. */
class Message {
  #left;

  constructor(buffer) {
    this.#left = buffer;
  }

  skip(count) {
    const skipped = this.#left.subarray(0, count);
    this.#left = this.#left.subarray(count);
    return skipped;
  }

  int() {
    return this.skip(INT).readInt32BE();
  }

  long() {
    return this.skip(LONG).readBigInt64BE();
  }

  bytes() {
    return this.skip(this.int());
  }
}

function text(message) {
  return message.bytes().toString('utf8');
}

function frame(...parts) {
  return bytes(Buffer.concat(parts));
}

function int(value) {
  const buffer = Buffer.alloc(INT);
  buffer.writeInt32BE(value);
  return buffer;
}

function long(value) {
  const buffer = Buffer.alloc(LONG);
  buffer.writeBigInt64BE(value);
  return buffer;
}

function bytes(value) {
  const buffer = Buffer.from(value);
  return Buffer.concat([int(buffer.length), buffer]);
}
