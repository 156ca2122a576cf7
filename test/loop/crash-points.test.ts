/**
 * The agent dies before and after each single call that it makes to the engine, and a fresh one starts: it settles
 * as if nothing had happened. All call numbers of each scenario, on the fake engine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Desired } from '../../src/desired/desired.js';
import { LABEL, labelsFor } from '../../src/loop/labels.js';
import { runPrograms } from '../engine/fake/programs.js';
import { requestOf, shapeOf } from '../engine/shape.js';
import { Promises } from '../plan/promises.js';
import { spec, wanted } from '../plan/world.js';
import { FakeHost, NODE } from './agent-on-fake.js';

interface Scenario {
  /** What the node has settled in before. */
  readonly from: Desired;
  /** What somebody else does then. */
  readonly damage?: (host: FakeHost) => void;
  readonly to: Desired;
  /** Names and images of what runs in the end. */
  readonly settled: readonly string[];
  /** Content of the file that the process was told of last. */
  readonly reloaded?: string;
}

const CHECK = ['check', '/etc/x/x.conf'];

/** `db` has a file as well, and one is enough: the disk is what costs time here. `web` needs a network. */
const shape = (image: string) =>
  shapeOf(image, {
    network: image.startsWith('web:') ? 'front' : 'host',
    volumes: { data: '/data' },
    files: image.startsWith('db:') ? [{ target: '/etc/x/x.conf', content: image }] : [],
  });
const component = (name: string, version: number, after: readonly string[] = []) =>
  spec(name, { image: `${name}:${version}`, shape: shape(`${name}:${version}`), after });

/** Its file changes under it, and is checked before. */
const reloading = (content: string) => {
  const live = [{ target: '/etc/x/x.conf', content, digest: content, onChange: { signal: 'SIGHUP' } }];
  const made = shapeOf('edge:1', { liveFolders: ['/etc/x'] });
  return spec('edge', { shape: made, files: { live, validate: [CHECK], digest: content } });
};

const db = component('db', 1);
const web = component('web', 1, ['db']);
const both = wanted(db, web);
const nothing = { ...wanted(), order: new Map([['web', ['db']]]) } as Desired;
const RUNNING = ['katod-db db:1', 'katod-web web:1'];

const idOf = (host: FakeHost, name: string) =>
  host.daemon.containers().find((container) => container.name === name)?.id ?? '';

const scenarios: Readonly<Record<string, Scenario>> = {
  'create, one image to be pulled': { from: nothing, to: both, settled: RUNNING },
  replace: { from: both, to: wanted(component('db', 2), web), settled: ['katod-db db:2', 'katod-web web:1'] },
  'replace with an image to be pulled': {
    from: both,
    to: wanted(db, component('web', 3, ['db'])),
    settled: ['katod-db db:1', 'katod-web web:3'],
  },
  'replace, and back again before it is through': {
    from: both,
    damage: (host) =>
      host.daemon.rename(idOf(host, 'katod-db'), `katod-db-retired-${idOf(host, 'katod-db').slice(0, 12)}`),
    to: both,
    settled: RUNNING,
  },
  'retire and remove in order': { from: both, to: nothing, settled: [] },
  'one goes, one comes': {
    from: wanted(db),
    to: wanted(component('edge', 1)),
    settled: ['katod-edge edge:1'],
  },
  'one killed, one paused': {
    from: both,
    damage(host) {
      host.daemon.exit(idOf(host, 'katod-db'));
      host.daemon.pause(idOf(host, 'katod-web'));
    },
    to: both,
    settled: RUNNING,
  },
  'renamed by somebody': {
    from: both,
    damage: (host) => host.daemon.rename(idOf(host, 'katod-web'), 'mine'),
    to: both,
    settled: RUNNING,
  },
  'half removed by somebody': {
    from: both,
    damage: (host) => host.daemon.halfRemove(idOf(host, 'katod-db'), 'dead'),
    to: both,
    settled: RUNNING,
  },
  'a file that is checked, and reloaded': {
    from: wanted(reloading('one')),
    to: wanted(reloading('two')),
    settled: ['katod-edge edge:1'],
    reloaded: 'two',
  },
  'a file that is checked, before the first container': {
    from: nothing,
    to: wanted(reloading('two')),
    settled: ['katod-edge edge:1'],
    reloaded: 'two',
  },
  'a second container of one component': {
    from: both,
    damage(host) {
      const request = requestOf('twin', web.shape, { labels: labelsFor(web, NODE, 'c') });
      host.daemon.start(host.daemon.create(request));
    },
    to: both,
    settled: RUNNING,
  },
};

/** Long enough for any backoff that a single crash can cost. */
const SETTLES_WITHIN = 60_000;

/** Settles in `from`, is damaged, is told `to`, and settles there; `prepare` sets when the agent dies. */
async function play(
  { from, damage, to, settled, reloaded }: Scenario,
  prepare: (host: FakeHost) => void,
): Promise<{ readonly host: FakeHost; readonly wrong: readonly string[] }> {
  const host = new FakeHost({ images: ['db:1', 'db:2', 'web:1', 'edge:1', 'theirs:1'] });
  host.daemon.registry.add('web:3');
  const theirs = host.daemon.create(
    requestOf('theirs', shapeOf('theirs:1'), { labels: { [LABEL.node]: 'web-2', [LABEL.component]: 'web' } }),
  );
  host.daemon.start(theirs);
  host.stopping = () => 700;
  host.wire.latency = () => 3;
  runPrograms(host.daemon, host.time, ({ entrypoint = [] }) =>
    entrypoint[0] === CHECK[0] ? { after: 20, code: 0 } : null,
  );
  const heard = hearing(host);
  return host.time.rule(async () => {
    const wrong: string[] = [];
    const reach = async (what: string, words: readonly string[]) => {
      const seen = () => inWords(host);
      const told = () => reloaded === undefined || heard() === reloaded;
      const same = () => host.isIdle() && told() && seen().join() === [...words, 'theirs theirs:1'].join();
      if (!(await host.time.until(same, SETTLES_WITHIN)))
        wrong.push(`${what}: there is ${seen().join(', ')}, which has last read "${heard()}"`);
    };
    host.start(from);
    // Idle for a moment is it also between two steps.
    await host.time.pass(5_000);
    await host.time.until(() => host.isIdle(), SETTLES_WITHIN);
    const promises = new Promises(host.daemon, { node: NODE, desired: to });
    host.onCall = (call) => promises.called(call);
    promises.others(() => damage?.(host));
    host.calls.length = 0;
    prepare(host);
    host.onDeath = () => host.start(to);
    host.loop?.desire(to);
    await reach('not settled', settled);
    host.dies = () => false;
    // What its last steps have caused is looked at once more, and a reload that was not noted is made once more.
    await host.time.pass(10_000);
    host.calls.length = 0;
    await host.time.pass(61_000);
    const further = host.calls.map(({ verb }) => verb).filter((verb) => verb !== 'list');
    if (further.length > 0) wrong.push(`settled, and goes on: ${further.join(', ')}`);
    wrong.push(...promises.broken, ...promises.volumesLost().map((volume) => `lost ${volume}`));
    host.close();
    return { host, wrong };
  });
}

/** The content of `edge`'s file when its process was last started or signalled. */
function hearing({ daemon }: FakeHost): () => string {
  let content = '';
  daemon.listen(({ action, id }) => {
    const request = daemon.containers().find((one) => one.id === id)?.request;
    const folder = request?.fileFolders.get('/etc/x');
    if (folder === undefined || request?.name !== 'katod-edge' || !['start', 'kill'].includes(action)) return;
    content = readFileSync(join(folder, 'x.conf'), 'utf8');
  });
  return () => content;
}

/** What runs, and what else there is, by name. */
function inWords(host: FakeHost): readonly string[] {
  return host.daemon
    .containers()
    .map(
      ({ name, state, request }) => `${name} ${request.shape.image}${state === 'running' ? '' : ` ${state}`}`,
    )
    .sort();
}

for (const [name, scenario] of Object.entries(scenarios)) {
  t.test(name, async (t: Test) => {
    let clean = 0;
    const { wrong } = await play(scenario, (host) => {
      host.dies = (_, when) => {
        if (when === 'before') clean += 1;
        return false;
      };
    });
    t.same(wrong, [], 'without a crash');
    t.ok(clean > 3, `${clean} calls`);
    const failures: string[] = [];
    for (let number = 1; number <= clean; number += 1) {
      for (const when of ['before', 'after'] as const) {
        let seen = 0;
        let at = '';
        const { wrong } = await play(scenario, (host) => {
          host.dies = (call, moment) => {
            if (moment !== when || at !== '') return false;
            seen += 1;
            if (seen === number) at = `${call.verb} ${call.subject.slice(0, 12)}`;
            return at !== '';
          };
        });
        failures.push(...wrong.map((what) => `dies ${when} call ${number}, ${at}: ${what}`));
      }
    }
    t.same(failures, [], `dies before and after each of ${clean} calls`);
  });
}
