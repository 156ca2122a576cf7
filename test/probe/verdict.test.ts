import t from 'tap';
import type { Probe, ProbeSet } from '../../src/probe/probe.js';
import {
  begin,
  change,
  interval,
  judge,
  outputOf,
  type ProbeRole,
  type ProbeState,
  pass,
  type Remembered,
  readyIn,
} from '../../src/probe/verdict.js';

const probe = (more: Partial<Probe> = {}): Probe => ({
  check: { kind: 'tcp', host: '127.0.0.1', port: 1 },
  period: 10_000,
  timeout: 3000,
  failures: 2,
  startPeriod: 0,
  ...more,
});
const live = probe({ failures: 3, startPeriod: 60_000 });
const ready = probe({ period: 5000 });
const lead = probe({ period: 5000 });

/** `live+ 12` is a success of the live probe after 12 s, `ready- 3` a failure of the ready probe, `. 5` just time. */
function play(probes: ProbeSet, events: string, age = 0, remembered: Remembered | null = null): string {
  let state = begin(probes, { now: 0, age, remembered });
  const seen = [shown(state)];
  for (const event of events.split(',').map((text) => text.trim())) {
    const [what = '', seconds] = event.split(' ');
    const now = Number(seconds) * 1000;
    const role = what.slice(0, -1) as ProbeRole;
    state =
      what === '.'
        ? pass(state, probes, now)
        : judge(state, probes, { role, ok: what.endsWith('+'), output: event, now });
    seen.push(shown(state));
  }
  return seen.join(' ');
}

function shown({ health, leader }: ProbeState): string {
  return leader === null ? health : `${health}/${leader ? 'leads' : 'follows'}`;
}

const TABLE: readonly [string, ProbeSet, string, string][] = [
  ['neither probe: 5 s of running', {}, '. 4.9, . 5', 'alive alive ready'],
  ['live alone counts as ready', { live }, 'live- 1, live+ 2', 'unknown unknown ready'],
  [
    'ready alone: two failures in a row say no',
    { ready },
    'ready- 1, ready- 2, ready+ 3',
    'unknown unknown alive ready',
  ],
  ['both: alive, then ready', { live, ready }, 'live+ 1, ready- 1, ready+ 2', 'unknown alive alive ready'],
  [
    'ready is lost by failures in a row only',
    { live, ready },
    'live+ 1, ready+ 2, ready- 7, ready+ 12, ready- 17, ready- 22, ready+ 27',
    'unknown alive ready ready ready ready alive ready',
  ],
  [
    'live failures in the start period do not count',
    { live },
    'live+ 1, live- 10, live- 20, live- 30, live- 40, live- 59',
    'unknown ready ready ready ready ready ready',
  ],
  [
    'after the start period, failures in a row make failing, and one success ends it',
    { live, ready },
    'live+ 1, ready+ 1, live- 61, live- 71, live+ 81, live- 91, live- 101, live- 111, ready+ 112, live+ 121',
    'unknown alive ready ready ready ready ready ready failing failing ready',
  ],
  [
    'before the first ready, live failures that follow faster than the period count once',
    { live },
    'live- 60, live- 60.25, live- 60.5, live- 70, live- 75, live- 80',
    'unknown unknown unknown unknown unknown unknown failing',
  ],
  [
    'a ready probe alone never makes failing',
    { ready },
    'ready- 100, ready- 200, ready- 300, ready- 400',
    'unknown unknown alive alive alive',
  ],
  [
    'the leader is known from the first yes, or from failures in a row',
    { live: probe({ startPeriod: 0 }), lead },
    'lead- 1, lead- 2, lead+ 3, lead- 8, lead- 13, live+ 14',
    'unknown unknown unknown/follows unknown/leads unknown/leads unknown/follows ready/follows',
  ],
  [
    'a result of a probe that is gone changes nothing',
    { live },
    'ready+ 1, lead+ 2',
    'unknown unknown unknown',
  ],
];

for (const [name, probes, events, expected] of TABLE) {
  t.test(name, async (t) => t.equal(play(probes, events), expected));
}

t.test("the container's age by the wall clock is believed only so far", async (t) => {
  const failing = 'live- 30, live- 40, live- 50';
  t.equal(
    play({ live }, failing, 3_600_000),
    'unknown unknown unknown failing',
    'an old one has half a start period',
  );
  t.equal(play({ live }, 'live- 29, live- 39, live- 49', 3_600_000), 'unknown unknown unknown unknown');
  t.equal(play({ live }, failing, -3_600_000), 'unknown unknown unknown unknown', 'a clock set back');
  t.equal(play({ live }, failing, Number.NaN), 'unknown unknown unknown unknown', 'a start that is no date');
  t.equal(play({}, '. 0', 86_400_000), 'ready ready', 'no probes, and runs since yesterday');
});

const found = (passed: boolean | null, failures = 0) => ({ passed, failures, output: '' });
const remember = (health: Remembered['health'], tracks: Partial<Remembered['tracks']>): Remembered => ({
  health,
  wasReady: true,
  tracks: { live: found(null), ready: found(null), lead: found(null), ...tracks },
});

t.test('what an earlier agent found is taken over without flapping', async (t) => {
  const good = remember('ready', { live: found(true), ready: found(true), lead: found(true) });
  t.equal(
    play({ live, ready, lead }, 'ready- 1, ready- 6, ready+ 11', 0, good),
    'ready/leads ready/leads alive/leads ready/leads',
  );
  const state = begin({ live, ready }, { now: 0, age: 0, remembered: good });
  t.equal(interval(state, ready), 5000, 'not eagerly');
});

t.test('failing is not taken over: one more failure confirms it, one success refutes it', async (t) => {
  const bad = remember('failing', { live: found(false, 7), ready: found(true) });
  const short = { live: probe({ failures: 3, startPeriod: 0 }), ready };
  t.equal(play(short, 'live- 1', 0, bad), 'unknown failing');
  t.equal(play(short, 'live+ 1, ready+ 2', 0, bad), 'unknown alive ready');
});

t.test('attempts are eager until the component was first ready', async (t) => {
  const state = begin({ live, ready }, { now: 0, age: 0, remembered: null });
  t.equal(interval(state, live), 250);
  const up = judge(state, { live, ready }, { role: 'ready', ok: true, output: '', now: 1 });
  t.equal(interval(up, live), 10_000);
  const later = judge(up, { live, ready }, { role: 'ready', ok: false, output: '', now: 2 });
  t.equal(interval(later, ready), 5000, 'and not again');
});

t.test('only a container without live and ready probe becomes ready by time', async (t) => {
  t.equal(readyIn(begin({}, { now: 0, age: 1000, remembered: null }), {}, 500), 3500);
  t.equal(readyIn(begin({ live }, { now: 0, age: 0, remembered: null }), { live }, 0), null);
  t.equal(readyIn(begin({}, { now: 0, age: 9000, remembered: null }), {}, 0), null);
});

t.test('other probes for the same container keep what was found until it is refuted', async (t) => {
  const before = judge(
    begin({ ready }, { now: 0, age: 0, remembered: null }),
    { ready },
    {
      role: 'ready',
      ok: true,
      output: 'HTTP 200',
      now: 1,
    },
  );
  const other = probe({ failures: 1 });
  const swapped = change(before, new Set<ProbeRole>(['ready']), { ready: other }, 2);
  t.equal(swapped.health, 'ready');
  t.equal(judge(swapped, { ready: other }, { role: 'ready', ok: false, output: '', now: 3 }).health, 'alive');
  const added = change(before, new Set<ProbeRole>(['live', 'ready']), { live }, 6000);
  t.equal(added.health, 'unknown', 'what another probe found says nothing');
});

t.test('the words are those of the probe that decided', async (t) => {
  const probes = { live: probe({ failures: 1 }), ready };
  const one = judge(begin(probes, { now: 0, age: 0, remembered: null }), probes, {
    role: 'live',
    ok: true,
    output: 'accepts',
    now: 1,
  });
  t.equal(outputOf(one), 'accepts');
  const two = judge(one, probes, { role: 'ready', ok: true, output: 'Mode: leader', now: 2 });
  t.equal(outputOf(two), 'Mode: leader');
  const three = judge(two, probes, { role: 'live', ok: false, output: 'connection refused', now: 3 });
  t.equal(outputOf(three), 'connection refused');
});
