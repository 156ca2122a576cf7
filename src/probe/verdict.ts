/** The state machine behind a verdict: results of attempts and the passing of time in, the next state out. Pure. */
import type { Health, Probe, ProbeSet } from './probe.js';

export const PROBE_ROLES = ['live', 'ready', 'lead'] as const;
export type ProbeRole = (typeof PROBE_ROLES)[number];

/** Between two attempts until the component is first ready, in milliseconds (contract, section 6). */
const EAGER_INTERVAL = 250;
/** Running for this long is ready where there is neither a live nor a ready probe (contract, section 6). */
const SETTLE_TIME = 5000;

/** What one probe has found so far. */
export interface Track {
  /** Null until it has passed once, or failed often enough. */
  readonly passed: boolean | null;
  /** Failures in a row that count. */
  readonly failures: number;
  /** Monotonic time of the last failure that counted, in milliseconds. */
  readonly countedAt: number | null;
  /** Words of the last attempt. */
  readonly output: string;
}

export interface ProbeState {
  /** Monotonic time at which this agent first saw this run of the container, in milliseconds. */
  readonly seenAt: number;
  /** How long it had run by then, by the wall clocks: at least 0, and to be believed only so far. */
  readonly ageThen: number;
  /** Has been ready at some time: ends the eager phase. */
  readonly wasReady: boolean;
  readonly tracks: Readonly<Record<ProbeRole, Track>>;
  readonly health: Health;
  /** Null where there is no `lead` probe or no answer yet. */
  readonly leader: boolean | null;
}

/** What is known from an earlier run of the agent about the same run of the container. */
export interface Remembered {
  readonly wasReady: boolean;
  readonly health: Health;
  readonly tracks: Readonly<Record<ProbeRole, Pick<Track, 'passed' | 'failures' | 'output'>>>;
}

export interface Sighting {
  /** Monotonic, in milliseconds. */
  readonly now: number;
  /** Wall clock minus the container's start, in milliseconds; anything at all when a clock was moved. */
  readonly age: number;
  readonly remembered: Remembered | null;
}

const UNTRIED: Track = { passed: null, failures: 0, countedAt: null, output: '' };

/** The state of a container when it is first seen. */
export function begin(probes: ProbeSet, { now, age, remembered }: Sighting): ProbeState {
  const restored = remembered === null ? null : restore(remembered, probes);
  const state: ProbeState = {
    seenAt: now,
    ageThen: Number.isFinite(age) ? Math.max(age, 0) : 0,
    wasReady: remembered?.wasReady ?? false,
    tracks: restored ?? { live: UNTRIED, ready: UNTRIED, lead: UNTRIED },
    health: 'unknown',
    leader: null,
  };
  return pass(state, probes, now);
}

/**
 * What an earlier agent found is taken over, with one exception: `failing` leads to a restart, and while no agent
 * looked the container may have recovered. One more failure of the live probe confirms it.
 */
function restore({ health, tracks }: Remembered, probes: ProbeSet): ProbeState['tracks'] {
  const restored = {
    live: { ...tracks.live, countedAt: null },
    ready: { ...tracks.ready, countedAt: null },
    lead: { ...tracks.lead, countedAt: null },
  };
  if (health !== 'failing' || probes.live === undefined) return restored;
  return {
    live: { ...restored.live, passed: null, failures: probes.live.failures - 1 },
    ready: { ...restored.ready, passed: null },
    lead: { ...restored.lead, passed: null },
  };
}

/** The state after other probes have been set for the same container: what was found stays until refuted. */
export function change(
  state: ProbeState,
  changed: ReadonlySet<ProbeRole>,
  probes: ProbeSet,
  now: number,
): ProbeState {
  const track = (role: ProbeRole): Track => {
    if (probes[role] === undefined) return UNTRIED;
    return changed.has(role) ? { ...state.tracks[role], failures: 0, countedAt: null } : state.tracks[role];
  };
  const tracks = { live: track('live'), ready: track('ready'), lead: track('lead') };
  return pass({ ...state, tracks }, probes, now);
}

export interface Result {
  readonly role: ProbeRole;
  /** Null: it could not be asked, which changes nothing but the words. */
  readonly ok: boolean | null;
  readonly output: string;
  /** Monotonic, in milliseconds. */
  readonly now: number;
}

/** The state after one attempt. */
export function judge(state: ProbeState, probes: ProbeSet, { role, ok, output, now }: Result): ProbeState {
  const probe = probes[role];
  if (probe === undefined) return state;
  const before = state.tracks[role];
  const track: Track = ok
    ? { passed: true, failures: 0, countedAt: null, output }
    : ok === false && counts(state, role, probe, now)
      ? afterFailure(before, probe, { output, now })
      : { ...before, output };
  return pass({ ...state, tracks: { ...state.tracks, [role]: track } }, probes, now);
}

function afterFailure(before: Track, probe: Probe, { output, now }: Pick<Result, 'output' | 'now'>): Track {
  const failures = before.failures + 1;
  return { passed: failures >= probe.failures ? false : before.passed, failures, countedAt: now, output };
}

/**
 * Failures within the start period don't count. Nor do live failures that follow each other faster than the period:
 * attempts of the eager phase would else make a slow start look like a long failure.
 */
function counts(state: ProbeState, role: ProbeRole, probe: Probe, now: number): boolean {
  // The wall clock may shorten the start period by half at most, since a clock set forward must not kill.
  const age = now - state.seenAt + Math.min(state.ageThen, probe.startPeriod / 2);
  if (age < probe.startPeriod) return false;
  const { countedAt } = state.tracks[role];
  return role !== 'live' || state.wasReady || countedAt === null || now - countedAt >= probe.period;
}

/** The state when nothing has happened but time. */
export function pass(state: ProbeState, probes: ProbeSet, now: number): ProbeState {
  const health = healthOf(state, probes, now);
  const leader = probes.lead === undefined ? null : state.tracks.lead.passed;
  return { ...state, health, leader, wasReady: state.wasReady || health === 'ready' };
}

function healthOf({ tracks, seenAt, ageThen }: ProbeState, probes: ProbeSet, now: number): Health {
  const { live, ready } = tracks;
  if (probes.live !== undefined && live.passed === false) return 'failing';
  if (probes.ready !== undefined) {
    if (ready.passed === true) return 'ready';
    // Without a live probe, what answers the ready probe with "no" is running, and that is all that is asked.
    return (probes.live === undefined ? ready.passed : live.passed) === null ? 'unknown' : 'alive';
  }
  if (probes.live !== undefined) return live.passed === true ? 'ready' : 'unknown';
  return now - seenAt + ageThen >= SETTLE_TIME ? 'ready' : 'alive';
}

/** Milliseconds from the begin of one attempt to the next. */
export function interval(state: ProbeState, probe: Probe): number {
  return state.wasReady ? probe.period : Math.min(EAGER_INTERVAL, probe.period);
}

/** Milliseconds until time alone makes a container without live and ready probe ready; null where it does not. */
export function readyIn(state: ProbeState, probes: ProbeSet, now: number): number | null {
  if (probes.live !== undefined || probes.ready !== undefined || state.health === 'ready') return null;
  return Math.max(SETTLE_TIME - (now - state.seenAt + state.ageThen), 0);
}

/** The words of the probe that decided on the health. */
export function outputOf({ tracks, health }: ProbeState): string {
  if (health === 'failing') return tracks.live.output;
  return tracks.ready.output || tracks.live.output || tracks.lead.output;
}
