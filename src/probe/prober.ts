/** The prober: runs the checks of what is watched, each at its own pace, and keeps the verdicts. */
import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../engine/engine.js';
import { attempt } from './attempt.js';
import type { RunCommand } from './exec.js';
import { rest, spread } from './pace.js';
import type { Probe, Prober, ProbeTarget, Verdict } from './probe.js';
import {
  begin,
  change,
  interval,
  judge,
  outputOf,
  PROBE_ROLES,
  type ProbeRole,
  type ProbeState,
  pass,
  readyIn,
} from './verdict.js';
import type { RememberedVerdict, VerdictStore } from './verdict-file.js';

export interface ProberOptions {
  /** The wall clock, for time stamps and the age of containers that started before this agent. */
  readonly now: () => Date;
  /** Milliseconds that never go backwards; decides all else. */
  readonly monotonic: () => number;
  /** Called after health, leader, or what the live probe comes to has changed: look again. Never from within `watch`. */
  readonly onChange: (component: string) => void;
  /** Closed with the prober. */
  readonly memory: VerdictStore;
  /** Runs the commands of `exec` probes. */
  readonly exec: Engine['exec'];
}

/** One run of one container under observation. */
interface Watched {
  target: ProbeTarget;
  state: ProbeState;
  /** ISO 8601 time of the last change of health. */
  since: string;
  /** Ends each probe's loop. */
  readonly loops: Map<ProbeRole, AbortController>;
  /** Ends the wait for a container without probes. */
  settle: NodeJS.Timeout | null;
}

/** The shortest rest between the end of an attempt and the next, in milliseconds. */
const REST = 50;
/** An attempt that overran its deadline by this much, in milliseconds, tells of this process being held up. */
const HELD_UP = 1000;

export function openProber({ now, monotonic, onChange, memory, exec }: ProberOptions): Prober {
  let watched = new Map<string, Watched>();

  const keep = () => {
    memory.keep(
      new Map(
        [...watched].map(([component, { target, state, since }]) => [
          component,
          remember(target, state, since),
        ]),
      ),
    );
  };

  const advance = (one: Watched, next: ProbeState) => {
    const before = one.state;
    one.state = next;
    if (before.health !== next.health) one.since = now().toISOString();
    const same = before.health === next.health && before.leader === next.leader;
    if (same && before.tracks.live.passed === next.tracks.live.passed) return;
    keep();
    onChange(one.target.component);
  };

  const open = (target: ProbeTarget): Watched => {
    const { component, containerId, startedAt, probes } = target;
    const remembered = memory.recall(component, containerId, startedAt);
    const age = now().getTime() - Date.parse(startedAt);
    const state = begin(probes, { now: monotonic(), age, remembered });
    const since = remembered?.health === state.health ? remembered.since : now().toISOString();
    return { target, state, since, loops: new Map(), settle: null };
  };

  const loop = async (one: Watched, role: ProbeRole, probe: Probe, stop: AbortSignal) => {
    const share = spread(`${one.target.component} ${role}`);
    const run: RunCommand = (command, signal) => exec(one.target.containerId, command, signal);
    // What was ready before this agent started can wait a moment, so that not all begin at once.
    if (one.state.wasReady) await rest(share * Math.min(probe.period, 1000), stop);
    while (!stop.aborted) {
      const began = monotonic();
      const { ok, output } = await attempt(probe.check, probe.timeout, { stop, run });
      if (stop.aborted) return;
      const ended = monotonic();
      const heldUp = ok === false && ended - began > probe.timeout + HELD_UP;
      if (!heldUp) advance(one, judge(one.state, one.target.probes, { role, ok, output, now: ended }));
      const wait = interval(one.state, probe) * (1 + share / 10);
      await rest(Math.max(wait - (monotonic() - began), REST), stop);
    }
  };

  const start = (one: Watched) => {
    for (const role of PROBE_ROLES) {
      const probe = one.target.probes[role];
      if (probe === undefined || one.loops.has(role)) continue;
      const stop = new AbortController();
      one.loops.set(role, stop);
      void loop(one, role, probe, stop.signal);
    }
    const wait = readyIn(one.state, one.target.probes, monotonic());
    if (wait === null || one.settle !== null) return;
    const settle = () => {
      one.settle = null;
      advance(one, pass(one.state, one.target.probes, monotonic()));
      start(one);
    };
    one.settle = setTimeout(settle, Math.ceil(wait));
  };

  const end = (one: Watched) => {
    for (const stop of one.loops.values()) stop.abort();
    one.loops.clear();
    if (one.settle !== null) clearTimeout(one.settle);
    one.settle = null;
  };

  /** The same container, perhaps with other probes: these take effect without a new container. True if so. */
  const adopt = (one: Watched, target: ProbeTarget): boolean => {
    const before = one.target.probes;
    one.target = target;
    const changed = PROBE_ROLES.filter((role) => !isDeepStrictEqual(before[role], target.probes[role]));
    if (changed.length === 0) return false;
    for (const role of changed) {
      one.loops.get(role)?.abort();
      one.loops.delete(role);
    }
    if (one.settle !== null) clearTimeout(one.settle);
    one.settle = null;
    const { health } = one.state;
    one.state = change(one.state, new Set(changed), target.probes, monotonic());
    if (one.state.health !== health) one.since = now().toISOString();
    return true;
  };

  return {
    watch(targets) {
      const next = new Map<string, Watched>();
      let differs = targets.length !== watched.size;
      for (const target of targets) {
        const known = watched.get(target.component);
        if (known !== undefined && sameRun(known.target, target)) {
          differs = adopt(known, target) || differs;
          next.set(target.component, known);
        } else {
          next.set(target.component, open(target));
          differs = true;
        }
      }
      for (const [component, one] of watched) if (next.get(component) !== one) end(one);
      watched = next;
      for (const one of watched.values()) start(one);
      if (differs) keep();
    },
    verdicts() {
      return new Map([...watched].map(([component, one]) => [component, verdictOf(one)]));
    },
    async close() {
      for (const one of watched.values()) end(one);
      if (watched.size > 0) keep();
      await memory.close();
    },
  };
}

function sameRun(one: ProbeTarget, other: ProbeTarget): boolean {
  return one.containerId === other.containerId && one.startedAt === other.startedAt;
}

function verdictOf({ target, state, since }: Watched): Verdict {
  const { containerId, startedAt } = target;
  return {
    containerId,
    startedAt,
    health: state.health,
    leader: state.leader,
    wasReady: state.wasReady,
    live: state.tracks.live.passed,
    output: outputOf(state),
    since,
  };
}

function remember(
  { containerId, startedAt }: ProbeTarget,
  state: ProbeState,
  since: string,
): RememberedVerdict {
  const { wasReady, health, tracks } = state;
  return { containerId, startedAt, since, wasReady, health, tracks };
}
