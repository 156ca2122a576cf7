/** The loop as the agent has it, with real plan, lanes and files, on a fake engine and in virtual time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Desired } from '../../src/desired/desired.js';
import { type FileRoom, openFileRoom } from '../../src/files/files.js';
import { ALONE } from '../../src/loop/coordinating.js';
import { Journal } from '../../src/loop/journal.js';
import { Loop } from '../../src/loop/loop.js';
import type { Health } from '../../src/probe/probe.js';
import { FakeDaemon } from '../engine/fake/daemon.js';
import { type FakeCall, type FakeEngine, openFakeEngine } from '../engine/fake/engine.js';
import { Wire } from '../engine/fake/wire.js';
import { limits } from '../engine/shape.js';
import { PREFIX } from '../plan/world.js';
import { openStillProber } from './still-prober.js';
import { VirtualTime } from './virtual-time.js';

export const NODE = 'web-1';

/** Milliseconds between two looks when nothing happens. */
const RESYNC = 30_000;

/** Milliseconds from the agent's death to its next start. */
const RESTARTS_AFTER = 50;

export interface FakeHostOptions {
  /** On the node at first. */
  readonly images?: readonly string[];
  readonly jitter?: () => number;
}

/** A host with a fake engine, on which the agent is started, killed and started again. */
export class FakeHost {
  readonly time = new VirtualTime();
  readonly daemon: FakeDaemon;
  readonly wire: Wire;
  /** Calls of all agents so far, in order; empty it as you like. */
  readonly calls: FakeCall[] = [];
  /** By component; what is not here is ready as soon as it runs. */
  readonly health = new Map<string, Health>();
  /** Milliseconds from a stop signal to the end. */
  stopping: (id: string) => number = () => 0;
  /** Told of each call before it has an effect. */
  onCall: (call: FakeCall) => void = () => {};
  /** What happens once the process has died around a call. */
  onDeath: () => void = () => {};
  /** Whether the agent's process dies around this call. */
  dies: (call: FakeCall, when: 'before' | 'after') => boolean = () => false;
  readonly #folder = mkdtempSync(join(tmpdir(), 'katod-fake-'));
  readonly #jitter: (() => number) | undefined;
  #agent: { readonly loop: Loop; readonly engine: FakeEngine } | null = null;

  constructor({ images = [], jitter }: FakeHostOptions = {}) {
    this.daemon = new FakeDaemon({ date: () => this.time.date(), images });
    this.wire = new Wire(this.daemon, this.time);
    this.#jitter = jitter;
  }

  /** Null while it is down. */
  get loop(): Loop | null {
    return this.#agent?.loop ?? null;
  }

  /** `desired` is what its disk remembers. */
  start(desired: Desired): void {
    const { daemon, wire, time } = this;
    const engine = openFakeEngine({
      daemon,
      wire,
      timers: time,
      onCall: (call) => {
        this.calls.push(call);
        this.onCall(call);
      },
      stopping: (id) => this.stopping(id),
      dies: (call, when) => {
        if (!this.dies(call, when)) return false;
        this.kill();
        // In a moment of its own: the one who died is still on the stack.
        time.after(RESTARTS_AFTER, () => this.onDeath());
        return true;
      },
    });
    const clock = time.clock(this.#jitter);
    const log = pino({ level: 'silent' });
    const nobody = { add() {}, passed() {}, acted() {} };
    const loop = new Loop({
      engine,
      credentials: { mark: async () => '' },
      prober: openStillProber((component) => this.health.get(component) ?? 'ready'),
      files: this.#files(),
      ports: { listeners: async () => [], holderOf: async () => null },
      clock,
      log,
      journal: new Journal({ log, events: nobody, metrics: nobody, clock }),
      node: NODE,
      address: '10.0.0.5',
      prefix: PREFIX,
      limits,
      resync: RESYNC,
      cluster: () => 'c',
      coordinating: ALONE,
      desired,
      onTurn: async () => {},
    });
    this.#agent = { loop, engine };
    loop.begin();
  }

  /** SIGKILL. */
  kill(): void {
    this.#agent?.engine.die();
    this.#agent = null;
    this.time.killProcess();
  }

  /** Nothing is to be done, and nothing under way. */
  isIdle(): boolean {
    const state = this.#agent?.loop.state();
    return (
      state !== undefined &&
      state.observed !== null &&
      state.engine.reachable &&
      state.plan.actions.length === 0 &&
      state.lanes.size === 0 &&
      this.#agent?.loop.pulling().size === 0
    );
  }

  close(): void {
    this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The real ones; time waits for the disk. */
  #files(): FileRoom {
    const room = openFileRoom(this.#folder);
    return {
      place: (spec, live) => this.time.count(room.place(spec, live)),
      stage: (spec) => this.time.count(room.stage(spec)),
      unstage: (spec) => this.time.count(room.unstage(spec)),
      takenUp: (spec) => this.time.count(room.takenUp(spec)),
      noteTakenUp: (spec) => this.time.count(room.noteTakenUp(spec)),
      prune: (component, digests) => this.time.count(room.prune(component, digests)),
    };
  }
}
