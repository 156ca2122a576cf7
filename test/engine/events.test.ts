import t, { type Test } from 'tap';
import { openDocker } from '../../src/engine/docker.js';
import type { Engine, EngineEvent, EngineVersion, Fault, ListedContainer } from '../../src/engine/engine.js';
import type { Limits } from '../../src/settings/settings.js';
import { type Host, startHost } from '../sandbox/host.js';
import { imageName } from '../sandbox/images.js';
import { until } from '../sandbox/until.js';
import { uniqueName } from './contract.js';
import { limits, requestOf, shapeOf } from './shape.js';

const host: Host = await startHost({ images: ['busybox'] });
t.teardown(() => host.close());

const within = { within: 20_000 };

interface Following {
  readonly engine: Engine;
  /** `connected`, `lost KIND`, and actions on containers, in order. */
  readonly told: readonly string[];
  readonly versions: readonly EngineVersion[];
  readonly times: ReadonlyMap<string, number>;
  has(word: string, times?: number): Promise<unknown>;
}

function follow(t: Test, changes: Partial<Limits> = {}): Following {
  const engine = openDocker({ address: `unix://${host.dockerSocket}`, limits: { ...limits, ...changes } });
  const told: string[] = [];
  const versions: EngineVersion[] = [];
  const times = new Map<string, number>();
  const tell = (word: string) => {
    told.push(word);
    times.set(word, performance.now());
  };
  engine.events({
    onConnected: (version) => {
      versions.push(version);
      tell('connected');
    },
    onEvent: (event: EngineEvent) => tell(`${event.action} ${event.id.slice(0, 12)}`),
    onLost: (fault: Fault) => tell(`lost ${fault.kind}`),
  });
  // Closing the engine closes its streams.
  t.teardown(() => engine.close());
  const has = (word: string, count = 1) =>
    until(`"${word}" ${count} times`, () => told.filter((each) => each === word).length >= count, within);
  return { engine, told, versions, times, has };
}

const request = () =>
  requestOf(uniqueName(), shapeOf(imageName('busybox'), { command: ['sleep', '100000'] }));

t.test('a daemon killed and started again is lost once and found once, with its version', async (t) => {
  const { engine, told, versions, times, has } = follow(t);
  await has('connected');
  for (let round = 1; round <= 3; round += 1) {
    await host.daemon.kill();
    await has('lost unreachable', round);
    await host.daemon.start();
    const answers = performance.now();
    await has('connected', round + 1);
    t.comment(`seen ${Math.round((times.get('connected') ?? 0) - answers)} ms after it was known to answer`);
    const id = await engine.create(request());
    await has(`create ${id.slice(0, 12)}`);
    await engine.remove(id);
    await has(`destroy ${id.slice(0, 12)}`);
  }
  const links = told.filter((word) => word === 'connected' || word.startsWith('lost'));
  t.same(links, ['connected', ...Array(3).fill(['lost unreachable', 'connected']).flat()]);
  t.ok(versions.every((version) => version.api === versions[0]?.api));
});

t.test('a daemon that hangs is lost by the ping, and found when it goes on', async (t) => {
  const { engine, told, has } = follow(t, { enginePing: 200, engineCall: 500 });
  await has('connected');
  host.daemon.pause();
  t.teardown(() => host.daemon.resume());
  await has('lost slow');
  host.daemon.resume();
  await has('connected', 2);
  const patient = openDocker({ address: `unix://${host.dockerSocket}`, limits });
  t.teardown(() => patient.close());
  const id = await patient.create(request());
  await has(`create ${id.slice(0, 12)}`);
  await patient.remove(id);
  t.equal(told[0], 'connected');
  engine.close();
});

t.test('a daemon that is stopped in order is lost too', async (t) => {
  const { has } = follow(t);
  await has('connected');
  await host.daemon.stop();
  await has('lost unreachable');
  await host.daemon.start();
  await has('connected', 2);
});

t.test('a daemon that is away at the start is lost, and found when it comes', async (t) => {
  await host.daemon.stop();
  const { told, has } = follow(t);
  await has('lost unreachable');
  t.same(told, ['lost unreachable']);
  await host.daemon.start();
  await has('connected');
  t.same(told, ['lost unreachable', 'connected']);
});

t.test('what is created around the moment of connecting is in the list taken then, or told', async (t) => {
  // The engine begins its answer before it subscribes: what falls in between must not be missed.
  const maker = openDocker({ address: `unix://${host.dockerSocket}`, limits });
  t.teardown(() => maker.close());
  await maker.connect();
  for (let round = 0; round < 20; round += 1) {
    const engine = openDocker({ address: `unix://${host.dockerSocket}`, limits });
    t.teardown(() => engine.close());
    const told = new Set<string>();
    let listing: Promise<readonly ListedContainer[]> | null = null;
    engine.events({
      onConnected: () => {
        listing ??= engine.list();
      },
      onEvent: (event) => void (event.action === 'create' && told.add(event.id)),
      onLost: (fault) => t.fail(fault.message),
    });
    const ids: string[] = [];
    // One more after the word, so that some fall on each side of it.
    do ids.push(await maker.create(request()));
    while (listing === null);
    ids.push(await maker.create(request()));
    const listed = new Set((await (listing as Promise<readonly ListedContainer[]>)).map((each) => each.id));
    await until('each is listed or told', () => ids.every((id) => listed.has(id) || told.has(id)), within);
    await Promise.all(ids.map((id) => maker.remove(id)));
    engine.close();
  }
  t.pass('none was missed');
});
