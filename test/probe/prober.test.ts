import t, { type Test } from 'tap';
import { type Engine, Fault } from '../../src/engine/engine.js';
import type { Probe, Prober, ProbeSet, ProbeTarget, Verdict } from '../../src/probe/probe.js';
import { openProber } from '../../src/probe/prober.js';
import type { RememberedVerdict, VerdictStore } from '../../src/probe/verdict-file.js';
import { closedPort, serveHttp, serveTcp } from './servers.js';

const STARTED = '2026-11-21T02:30:00Z';

const noCommand: Engine['exec'] = () => Promise.reject(new Error('no command is run here'));

/** Remembers in memory; what was kept last can be handed to the next prober. */
function memory(known: ReadonlyMap<string, RememberedVerdict> = new Map()) {
  let kept = known;
  let closed = 0;
  const store: VerdictStore = {
    recall: (component, containerId, startedAt) => {
      const one = known.get(component);
      return one?.containerId === containerId && one.startedAt === startedAt ? one : null;
    },
    keep: (verdicts) => {
      kept = verdicts;
    },
    close: async () => void closed++,
  };
  return { store, kept: () => kept, closed: () => closed };
}

function open(t: Test, store: VerdictStore = memory().store, run: Engine['exec'] = noCommand) {
  const changes: string[] = [];
  let wake = () => {};
  const prober = openProber({
    now: () => new Date(STARTED),
    monotonic: () => performance.now(),
    onChange: (component) => {
      changes.push(component);
      wake();
    },
    memory: store,
    exec: run,
  });
  t.teardown(() => prober.close());
  /** Resolves when a component's verdict is as wanted; woken by changes only, so each change must be told. */
  const until = async (component: string, wanted: (verdict: Verdict) => boolean): Promise<Verdict> => {
    for (;;) {
      const verdict = prober.verdicts().get(component);
      if (verdict !== undefined && wanted(verdict)) return verdict;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { prober, changes, until };
}

const probe = (check: Probe['check'], more: Partial<Probe> = {}): Probe => ({
  check,
  period: 20,
  timeout: 10_000,
  failures: 2,
  startPeriod: 0,
  ...more,
});
const tcp = (port: number, more: Partial<Probe> = {}) =>
  probe({ kind: 'tcp', host: '127.0.0.1', port }, more);
const http = (port: number, path = '/', more: Partial<Probe> = {}) =>
  probe({ kind: 'http', url: `http://127.0.0.1:${port}${path}`, expect: 200 }, more);
const target = (component: string, probes: ProbeSet, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  component,
  containerId: `${component}-1`,
  startedAt: STARTED,
  probes,
  ...more,
});
const verdictOf = (prober: Prober, component: string) => prober.verdicts().get(component);

t.test(
  'a component becomes alive, ready and leader, fails and recovers, and each change is told',
  async (t) => {
    const answers = { live: true, ready: false, lead: false };
    const port = await serveHttp(t, (request, response) => {
      const path = request.url ?? '';
      const good = path === '/live' ? answers.live : path === '/ready' ? answers.ready : answers.lead;
      response.writeHead(good ? 200 : 503).end();
    });
    const { prober, changes, until } = open(t);
    prober.watch([
      target('web', { live: http(port, '/live'), ready: http(port, '/ready'), lead: http(port, '/lead') }),
    ]);
    t.match(verdictOf(prober, 'web'), {
      containerId: 'web-1',
      startedAt: STARTED,
      health: 'unknown',
      leader: null,
      output: '',
    });
    await until('web', ({ health, leader }) => health === 'alive' && leader === false);
    answers.ready = true;
    answers.lead = true;
    const good = await until('web', ({ health, leader }) => health === 'ready' && leader === true);
    t.equal(good.output, 'HTTP 200');
    answers.live = false;
    const bad = await until('web', ({ health }) => health === 'failing');
    t.equal(bad.output, 'HTTP 503, expected 200');
    answers.live = true;
    await until('web', ({ health }) => health === 'ready');
    t.ok(changes.length >= 5);
    t.same([...new Set(changes)], ['web']);
  },
);

t.test('attempts of a probe never overlap, and none is made after the end', async (t) => {
  let pending = 0;
  let most = 0;
  let seen = 0;
  let enough = () => {};
  const port = await serveHttp(t, (_request, response) => {
    most = Math.max(most, ++pending);
    if (++seen === 5) enough();
    // Longer than the period: the next attempt has to wait for this one.
    setTimeout(() => {
      pending -= 1;
      response.end();
    }, 60);
  });
  const { prober } = open(t);
  const five = new Promise<void>((resolve) => {
    enough = resolve;
  });
  prober.watch([target('web', { live: http(port) })]);
  await five;
  t.equal(most, 1);
  prober.watch([]);
  const after = seen;
  // Another component that is probed three times meanwhile shows that time has passed.
  let others = 0;
  const other = await serveTcp(t, (socket) => {
    others += 1;
    socket.destroy();
  });
  prober.watch([target('other', { live: tcp(other) })]);
  while (others < 3) await new Promise(setImmediate);
  t.equal(seen, after);
  t.same([...prober.verdicts().keys()], ['other']);
});

t.test('watching the same again disturbs nothing, and another run of it starts from nothing', async (t) => {
  const port = await serveTcp(t, (socket) => void socket.destroy());
  const closed = await closedPort();
  const { prober, until } = open(t);
  const web = target('web', { live: tcp(port) });
  prober.watch([web]);
  const ready = await until('web', ({ health }) => health === 'ready');
  prober.watch([structuredClone(web), target('db', { live: tcp(closed) })]);
  t.same(verdictOf(prober, 'web'), ready);
  t.equal(verdictOf(prober, 'db')?.health, 'unknown');
  prober.watch([{ ...web, startedAt: '2026-11-21T02:31:00Z' }]);
  t.match(verdictOf(prober, 'web'), { health: 'unknown', output: '' });
  await until('web', ({ health }) => health === 'ready');
});

t.test('other probes take effect without a new container', async (t) => {
  const port = await serveTcp(t, (socket) => void socket.destroy());
  const { prober, until } = open(t);
  prober.watch([target('web', { live: tcp(port) })]);
  await until('web', ({ health }) => health === 'ready');
  prober.watch([target('web', { live: tcp(await closedPort()) })]);
  t.equal(verdictOf(prober, 'web')?.health, 'ready', 'until refuted');
  await until('web', ({ health }) => health === 'failing');
});

t.test('without probes a container is ready by running, and at once when it has run before', async (t) => {
  const { prober, until } = open(t);
  const long = new Date(Date.parse(STARTED) - 60_000).toISOString();
  const nearly = new Date(Date.parse(STARTED) - 4900).toISOString();
  prober.watch([target('old', {}, { startedAt: long }), target('new', {}, { startedAt: nearly })]);
  t.equal(verdictOf(prober, 'old')?.health, 'ready');
  t.equal(verdictOf(prober, 'new')?.health, 'alive');
  await until('new', ({ health }) => health === 'ready');
});

t.test(
  'a restart of the agent makes nothing unready, and confirms a failure before it tells it',
  async (t) => {
    const port = await serveTcp(t, (socket) => void socket.destroy());
    const closed = await closedPort();
    const first = memory();
    const before = open(t, first.store);
    const targets = [
      target('good', { live: tcp(port), ready: tcp(port) }),
      target('bad', { live: tcp(closed) }),
      target('slow', { live: tcp(closed, { period: 60_000, startPeriod: 60_000 }) }),
    ];
    before.prober.watch(targets);
    const good = await before.until('good', ({ health }) => health === 'ready');
    await before.until('bad', ({ health }) => health === 'failing');
    await before.prober.close();
    t.equal(first.closed(), 1);

    const after = open(t, memory(first.kept()).store);
    after.prober.watch(targets);
    t.same(verdictOf(after.prober, 'good'), good, 'with its time of last change');
    t.equal(verdictOf(after.prober, 'bad')?.health, 'unknown');
    t.equal(verdictOf(after.prober, 'slow')?.health, 'unknown');
    await after.until('bad', ({ health }) => health === 'failing');
    t.notOk(after.changes.includes('good'));
  },
);

t.test('nothing is left running after the end', async (t) => {
  const port = await serveTcp(t, (socket) => socket.resume());
  const { prober, changes } = open(t);
  prober.watch([
    target('hangs', {
      live: probe({ kind: 'fourLetter', host: '127.0.0.1', port, send: 'ruok', expect: 'imok' }),
    }),
    target('plain', {}),
  ]);
  await prober.close();
  t.same(changes, []);
});

t.test('exec: what the engine can not do is told, and is no failure of the component', async (t) => {
  const answers: (Fault | number)[] = [0, new Fault('unreachable', 'later', 'the engine is away'), 1];
  let asked = 0;
  const run: Engine['exec'] = async (id, command) => {
    t.same([id, command], ['web-1', ['check']]);
    const next = answers[Math.min(asked++, answers.length - 1)];
    if (next instanceof Fault) throw next;
    return { exitCode: next ?? 0, output: `said ${next}\n` };
  };
  const { prober, until } = open(t, memory().store, run);
  const exec = probe({ kind: 'exec', command: ['check'] }, { failures: 1, period: 20 });
  prober.watch([target('web', { live: exec })]);
  t.match(await until('web', ({ health }) => health === 'ready'), { output: 'check: exit code 0: said 0' });
  t.match(await until('web', ({ health }) => health !== 'ready'), {
    health: 'failing',
    output: 'check: exit code 1: said 1',
  });
  t.ok(asked >= 3, 'the one that could not be asked changed nothing');
});
