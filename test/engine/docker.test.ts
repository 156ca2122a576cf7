import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { ContainerShape } from '../../src/desired/desired.js';
import { openDocker } from '../../src/engine/docker.js';
import type { CreateRequest, Engine } from '../../src/engine/engine.js';
import { type Host, startHost } from '../sandbox/host.js';
import { imageName } from '../sandbox/images.js';
import { engineContract, faultOf, uniqueName } from './contract.js';
import { limits, requestOf, shapeOf } from './shape.js';

const run = promisify(execFile);
const image = imageName('busybox');
const sleep = ['sleep', '100000'];

const host: Host = await startHost({ images: ['busybox'] });
t.teardown(() => host.close());
const address = `unix://${host.dockerSocket}`;

function engineOf(t: Test): Engine {
  const engine = openDocker({ address, limits });
  t.teardown(() => engine.close());
  return engine;
}

const request = (changes: Partial<ContainerShape> = {}, more: Partial<CreateRequest> = {}) =>
  requestOf(uniqueName(), shapeOf(image, { command: sleep, ...changes }), more);

await engineContract(t, async () => ({
  engine: openDocker({ address, limits }),
  image,
  command: sleep,
  saying: (words, code) => ['sh', '-c', `echo "$0"; exit ${code}`, words],
  lasting: ['sleep', '100001'],
  writeFile: async (volume, name, text) => {
    const folder = await host.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', volume);
    writeFileSync(join(folder, name), text);
  },
  commandsIn: async (id) => (await host.docker('top', id, '-o', 'pid')).split('\n').length - 2,
  networks: async (name) => {
    const ids = await host.docker('network', 'ls', '-q', '-f', `name=^${name}$`);
    if (ids === '') return [];
    const labels = await host.docker('network', 'inspect', '-f', '{{json .Labels}}', ...ids.split('\n'));
    return labels.split('\n').map((line) => JSON.parse(line));
  },
  makeNetwork: async (name) => void (await host.docker('network', 'create', name)),
  endsWith3: ['sh', '-c', 'echo bad line 7 >&2; exit 3'],
  endsOnSignal: ['sh', '-c', 'trap "exit 5" USR2; while :; do sleep 0.05; done'],
  pause: async (id) => void (await host.docker('pause', id)),
  kill: async (id) => void (await host.docker('kill', id)),
  volumes: async () => (await host.docker('volume', 'ls', '-q')).split('\n'),
  close: async () => {},
}));

t.test(
  "logs are bounded, the image's health check is off, and an environment of a megabyte is no trouble",
  async (t) => {
    const engine = engineOf(t);
    // Longer than the engine takes in a URL, where dockerode would put it as well.
    const env = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [`V${index}`, 'x'.repeat(20_000)]),
    );
    const id = await engine.create(request({ env }));
    const [found]: unknown[] = JSON.parse(await host.docker('inspect', id));
    t.match(found, {
      Config: { Healthcheck: { Test: ['NONE'] } },
      HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } } },
    });
    await engine.remove(id);
  },
);

t.test(
  "in the host's network a name of its own is kept and published ports are seen only elsewhere",
  async (t) => {
    const engine = engineOf(t);
    const inHost = await engine.create(request({ network: 'host', hostname: 'own-name' }));
    await engine.start(inHost);
    t.equal(await host.docker('exec', inHost, 'hostname'), 'own-name');
    const published = await engine.create(
      request({ network: 'bridge', publish: [{ port: 8088, protocol: 'tcp', target: 80 }] }),
    );
    await engine.start(published);
    const ports = async (id: string) => (await engine.list()).find((each) => each.id === id)?.publishedPorts;
    t.same(await ports(published), [{ port: 8088, protocol: 'tcp' }]);
    t.same(await ports(inHost), []);
    const second = await engine.create(
      request({ network: 'bridge', publish: [{ port: 8088, protocol: 'tcp', target: 80 }] }),
    );
    t.match(await faultOf(t, 'start', engine.start(second)), {
      kind: 'taken',
      retry: 'later',
      message: /8088/,
    });
    for (const id of [inHost, published, second]) {
      await engine.stop(id, 0);
      await engine.remove(id);
    }
  },
);

t.test("what can't be created or started says why", async (t) => {
  const engine = engineOf(t);
  const mounts = [{ source: '/no/such/folder', target: '/x', readOnly: true }];
  t.match(await faultOf(t, 'create', engine.create(request({ mounts }))), {
    kind: 'refused',
    retry: 'later',
    message: /bind source path does not exist: \/no\/such\/folder; make it on the host/,
  });
  t.match(await faultOf(t, 'create', engine.create(request({ capAdd: ['NO_SUCH'] }))), { kind: 'refused' });
  const devices = [{ source: '/dev/no-such', target: '/dev/x', permissions: 'r' }];
  const noDevice = await engine.create(request({ devices }));
  t.match(await faultOf(t, 'start', engine.start(noDevice)), {
    kind: 'refused',
    retry: 'later',
    message: /"\/dev\/no-such": no such file or directory; load its driver or connect it/,
  });
  const noNetwork = await engine.create(request({ network: 'no-such-network' }));
  t.match(await faultOf(t, 'start', engine.start(noNetwork)), {
    kind: 'gone',
    retry: 'later',
    message: /no-such-network/,
  });
  const noCommand = await engine.create(request({ command: ['no-such-command'] }));
  for (const verb of ['start', 'restart'] as const) {
    const fault = await faultOf(
      t,
      verb,
      verb === 'start' ? engine.start(noCommand) : engine.restart(noCommand, 0),
    );
    t.match(fault, { kind: 'refused', retry: 'never', message: /no-such-command/ });
  }
  t.match(await engine.inspect(noCommand), {
    state: 'created',
    startedAt: null,
    exitCode: null,
    error: /no-such-command/,
  });
  t.equal((await engine.list()).find((each) => each.id === noCommand)?.state, 'created');
  for (const id of [noDevice, noNetwork, noCommand]) await engine.remove(id);
});

t.test('a stop gives the container its own time, or the time asked for', async (t) => {
  const engine = engineOf(t);
  // Ends on SIGUSR1 with 7; a kill would give 137.
  const obeys = ['sh', '-c', 'trap "exit 7" USR1; echo up; while :; do sleep 0.05; done'];
  const started = async (command: readonly string[], stopTimeout: number) => {
    const id = await engine.create(request({ command, stopSignal: 'SIGUSR1' }, { stopTimeout }));
    await engine.start(id);
    return id;
  };
  const exitCode = async (id: string) => (await engine.inspect(id)).exitCode;
  for (const timeout of [null, 60_000]) {
    const id = await started(obeys, 60_000);
    await host.docker('exec', id, 'true');
    await t.test(`timeout ${timeout}`, async (t) => {
      for (let up = ''; up !== 'up'; up = await host.docker('logs', id)) t.comment('waiting for the trap');
      await engine.stop(id, timeout);
      t.equal(await exitCode(id), 7);
    });
    await engine.remove(id);
  }
  const short = openDocker({ address, limits: { ...limits, engineCall: 2000 } });
  t.teardown(() => short.close());
  const stubborn = await started(['sh', '-c', 'trap "" USR1; while :; do sleep 0.05; done'], 3000);
  await short.stop(stubborn, null);
  t.equal(
    await exitCode(stubborn),
    137,
    'killed after its own 3 s, which the deadline of 2 s comes on top of',
  );
  await engine.start(stubborn);
  await engine.stop(stubborn, 1);
  t.equal(await exitCode(stubborn), 137);
  await engine.remove(stubborn);
});

t.test('one that could only half be removed is dead, and is removed when what held it is gone', async (t) => {
  const engine = engineOf(t);
  const id = await engine.create(request());
  const held = join(host.folder, 'data', 'containers', id, 'held');
  await run('touch', [held]);
  await run('chattr', ['+i', held]);
  t.teardown(() => run('chattr', ['-i', held]).catch(() => undefined));
  const stateOf = async () => (await engine.list()).find((each) => each.id === id)?.state;
  t.match(await faultOf(t, 'remove', engine.remove(id)), {
    kind: 'failed',
    retry: 'later',
    message: /operation not permitted/,
  });
  t.equal(await stateOf(), 'dead');
  t.match(await faultOf(t, 'start', engine.start(id)), { kind: 'busy', retry: 'later' });
  await faultOf(t, 'remove', engine.remove(id));
  await run('chattr', ['-i', held]);
  await engine.remove(id);
  t.equal(await stateOf(), undefined);
});

t.test('removed by several at once, it is gone and nobody hears of a fault', async (t) => {
  const engine = engineOf(t);
  for (let round = 0; round < 5; round += 1) {
    const id = await engine.create(request());
    await Promise.all([1, 2, 3, 4].map(() => engine.remove(id)));
  }
  t.pass('no fault');
});

t.test('an engine that hangs costs each call its deadline and no more', async (t) => {
  const engine = openDocker({ address, limits: { ...limits, engineCall: 400 } });
  t.teardown(() => engine.close());
  const id = await engine.create(request());
  host.daemon.pause();
  t.teardown(() => host.daemon.resume());
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    connect: () => engine.connect(),
    ping: () => engine.ping(),
    list: () => engine.list(),
    inspect: () => engine.inspect(id),
    hasImage: () => engine.hasImage(image),
    create: () => engine.create(request()),
    start: () => engine.start(id),
    stop: () => engine.stop(id, 0),
    'stop as created': () => engine.stop(id, null),
    restart: () => engine.restart(id, 0),
    rename: () => engine.rename(id, uniqueName()),
    remove: () => engine.remove(id),
    unpause: () => engine.unpause(id),
    readFile: () => engine.readFile(id, '/etc/passwd'),
    signal: () => engine.signal(id, 'SIGHUP'),
    runToEnd: () => engine.runToEnd(id, new AbortController().signal),
    exec: () => engine.exec(id, ['true'], new AbortController().signal),
  };
  await Promise.all(
    Object.entries(calls).map(async ([name, make]) => {
      t.match(await faultOf(t, name, make()), { kind: 'slow', retry: 'later' }, name);
    }),
  );
  host.daemon.resume();
  const later = engineOf(t);
  await later.ping();
});

t.test("an engine that is away can't be reached, and can again when it is back", async (t) => {
  const engine = engineOf(t);
  const id = await engine.create(request());
  await host.daemon.kill();
  t.match(await faultOf(t, 'list', engine.list()), {
    kind: 'unreachable',
    retry: 'later',
    message: /see that dockerd runs/,
  });
  await host.daemon.start();
  await engine.start(id);
  t.equal((await engine.inspect(id)).state, 'running');
});
