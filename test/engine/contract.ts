/** What every engine behind the port must do, the real one and any fake that other tests use in its place. */
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import type { ContainerState, Engine, EngineEvent, FaultKind } from '../../src/engine/engine.js';
import { Fault } from '../../src/engine/engine.js';
import { until } from '../sandbox/until.js';
import { requestOf, shapeOf } from './shape.js';

/** An engine, and the hands of somebody else on it. */
export interface EngineWorld {
  readonly engine: Engine;
  /** An image that the engine has. */
  readonly image: string;
  /** Runs in that image until it is stopped. */
  readonly command: readonly string[];
  /** A command for `exec` that prints the words as a line and ends with the code. */
  saying(words: string, code: number): readonly string[];
  /** A command for `exec` that goes on until its container ends. */
  readonly lasting: readonly string[];
  /** Writes a file into a volume. */
  writeFile(volume: string, name: string, text: string): Promise<void>;
  /** How many processes run in the container beside its main one. */
  commandsIn(id: string): Promise<number>;
  /** The networks of that name, with their labels, as somebody else sees them. */
  networks(name: string): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Makes one as somebody else does. */
  makeNetwork(name: string): Promise<void>;
  /** Prints `bad line 7` and ends by itself at once, with code 3. */
  readonly endsWith3: readonly string[];
  /** Ends with code 5 when it is sent SIGUSR2, and not before. */
  readonly endsOnSignal: readonly string[];
  pause(id: string): Promise<void>;
  /** SIGKILL to the container's process. */
  kill(id: string): Promise<void>;
  /** Names of all named volumes. */
  volumes(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The signal of a call that nobody gives up. */
const never = new AbortController().signal;

type ActingVerb = 'start' | 'stop' | 'restart' | 'rename' | 'unpause' | 'remove' | 'signal';
type ReachableState = 'created' | 'running' | 'paused' | 'exited';

const verbs: readonly ActingVerb[] = ['start', 'stop', 'restart', 'rename', 'unpause', 'remove', 'signal'];

/** State, verb, and the state that it leaves; with `!`, the verb is refused with a fault `failed` and changes nothing. */
const outcomes = `
  created  start    running
  created  stop     created
  created  restart  running
  created  rename   created
  created  unpause  created
  created  remove   gone
  created  signal   !created
  running  start    running
  running  stop     exited
  running  restart  running
  running  rename   running
  running  unpause  running
  running  remove   !running
  running  signal   running
  paused   start    !paused
  paused   stop     exited
  paused   restart  running
  paused   rename   paused
  paused   unpause  running
  paused   remove   !paused
  exited   start    running
  exited   stop     exited
  exited   restart  running
  exited   rename   exited
  exited   unpause  exited
  exited   remove   gone
  exited   signal   !exited
`;

/** The fault that a call ends in; fails the test where it succeeds or throws something else. */
export async function faultOf(t: Test, what: string, promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    t.ok(error instanceof Fault, `${what}: ${String(error)}`);
    if (error instanceof Fault) return error;
  }
  t.fail(`${what} should have been refused`);
  return new Fault('failed', 'later', 'no fault');
}

export function uniqueName(): string {
  return `t-${randomBytes(4).toString('hex')}`;
}

/** Runs all of it as subtests of `t`; `makeWorld` is called once, and what it gives is closed at the end. */
export function engineContract(t: Test, makeWorld: () => Promise<EngineWorld>): Promise<unknown> {
  return t.test('the contract of an engine', async (t) => {
    const world = await makeWorld();
    t.teardown(() => world.close());
    const { engine } = world;
    const create = (name = uniqueName()) =>
      engine.create(requestOf(name, shapeOf(world.image, { command: world.command })));
    const listed = async (id: string) => (await engine.list()).find((container) => container.id === id);
    const stateOf = async (id: string): Promise<ContainerState | 'gone'> =>
      (await listed(id))?.state ?? 'gone';
    const into = async (state: ReachableState): Promise<string> => {
      const id = await create();
      if (state !== 'created') await engine.start(id);
      if (state === 'paused') await world.pause(id);
      if (state === 'exited') await world.kill(id);
      // Somebody else's kill is done when the engine has noticed.
      await until(`${id} is ${state}`, async () => (await stateOf(id)) === state, { within: 30_000 });
      return id;
    };
    const act = (verb: ActingVerb, id: string): Promise<void> => {
      switch (verb) {
        case 'stop':
        case 'restart':
          return engine[verb](id, 0);
        case 'rename':
          return engine.rename(id, `renamed-${id.slice(0, 12)}`);
        case 'signal':
          return engine.signal(id, 'SIGURG');
        default:
          return engine[verb](id);
      }
    };

    await t.test('it agrees on an API version, again and again', async (t) => {
      const version = await engine.connect();
      t.match(version, { version: /\d/, api: /^1\.\d+$/ });
      t.same(await engine.connect(), version);
      await engine.ping();
    });

    await t.test('what is created is listed as it was asked for, and does not run', async (t) => {
      const name = uniqueName();
      const shape = shapeOf(world.image, { command: world.command });
      const labels = { 'io.katod.node': 'n', 'io.katod.component': 'c' };
      const id = await engine.create(requestOf(name, shape, { labels, stopTimeout: 1500 }));
      t.match(await listed(id), {
        id,
        name,
        image: world.image,
        state: 'created',
        labels,
        publishedPorts: [],
      });
      t.same(await engine.inspect(id), {
        id,
        state: 'created',
        pid: 0,
        startedAt: null,
        finishedAt: null,
        exitCode: null,
        oomKilled: false,
        error: '',
        stopTimeout: 2,
      });
      await engine.remove(id);
    });

    await t.test('a run is told from its end', async (t) => {
      const id = await into('running');
      const running = await engine.inspect(id);
      t.match(running, { state: 'running', exitCode: null, finishedAt: null });
      t.ok(running.pid > 0);
      t.ok(Number.isFinite(Date.parse(String(running.startedAt))), String(running.startedAt));
      await engine.restart(id, 0);
      t.not((await engine.inspect(id)).startedAt, running.startedAt, 'a restart is a start');
      await world.kill(id);
      await until('it has ended', async () => (await stateOf(id)) === 'exited', { within: 30_000 });
      t.match(await engine.inspect(id), { state: 'exited', pid: 0, exitCode: 137, finishedAt: /^2/ });
      await engine.remove(id);
    });

    for (const row of outcomes.trim().split('\n')) {
      const [state, verb, expected = ''] = row.trim().split(/\s+/) as [ReachableState, ActingVerb, string];
      const refused = expected.startsWith('!');
      const left = refused ? expected.slice(1) : expected;
      await t.test(
        `${verb} of one that is ${state} ${refused ? 'is refused' : `leaves it ${left}`}, twice`,
        async (t) => {
          const id = await into(state);
          for (const time of ['once', 'again']) {
            if (refused)
              t.match(await faultOf(t, verb, act(verb, id)), { kind: 'failed', retry: 'later' }, time);
            else await act(verb, id);
            t.equal(await stateOf(id), left, time);
          }
          if (verb === 'rename') t.equal((await listed(id))?.name, `renamed-${id.slice(0, 12)}`);
          await engine.stop(id, 0).catch((error: unknown) => t.match(error, { kind: 'gone' }));
          await engine.remove(id);
        },
      );
    }

    await t.test('what is not there is gone for every verb, and removing it is done', async (t) => {
      for (const id of ['0'.repeat(64), uniqueName(), '', '../x?y', 'a b']) {
        for (const verb of verbs.filter((each) => each !== 'remove')) {
          t.match(await faultOf(t, verb, act(verb, id)), { kind: 'gone', retry: 'now' }, `${verb} "${id}"`);
        }
        t.match(await faultOf(t, 'inspect', engine.inspect(id)), { kind: 'gone' });
        t.match(await faultOf(t, 'stop', engine.stop(id, null)), { kind: 'gone' });
        await engine.remove(id);
      }
    });

    await t.test("a name is one container's alone", async (t) => {
      const name = uniqueName();
      const first = await create(name);
      t.match(await faultOf(t, 'create', create(name)), { kind: 'taken', retry: 'later' });
      const second = await create();
      t.match(await faultOf(t, 'rename', engine.rename(second, name)), { kind: 'taken', retry: 'later' });
      t.equal((await engine.list()).filter((container) => container.name === name).length, 1);
      await engine.rename(first, name);
      await engine.rename(first, uniqueName());
      await engine.rename(second, name);
      for (const id of [first, second]) await engine.remove(id);
    });

    await t.test('a name is free as soon as its holder has another, also while that one runs', async (t) => {
      const name = uniqueName();
      const old = await create(name);
      await engine.start(old);
      await engine.rename(old, `${name}-retired`);
      t.equal(await stateOf(old), 'running');
      const next = await create(name);
      t.equal((await listed(next))?.name, name);
      await engine.stop(old, 0);
      await engine.start(next);
      t.same([await stateOf(old), await stateOf(next)], ['exited', 'running']);
      await engine.remove(old);
      t.same([await stateOf(old), await stateOf(next)], ['gone', 'running']);
      await engine.stop(next, 0);
      await engine.remove(next);
    });

    await t.test('one that ends by itself can be started again', async (t) => {
      const id = await engine.create(
        requestOf(uniqueName(), shapeOf(world.image, { command: world.endsWith3 })),
      );
      const ends: unknown[] = [];
      for (const time of ['once', 'again']) {
        await engine.start(id);
        await until(`it ends ${time}`, async () => (await stateOf(id)) === 'exited', { within: 30_000 });
        const detail = await engine.inspect(id);
        t.match(detail, { state: 'exited', exitCode: 3, startedAt: /^2/, finishedAt: /^2/ });
        ends.push(detail.finishedAt);
      }
      t.not(ends[0], ends[1], 'each end has its time');
      await engine.remove(id);
    });

    await t.test('one that ends by itself tells how, and what it printed', async (t) => {
      const made = (command: readonly string[]) =>
        engine.create(requestOf(uniqueName(), shapeOf(world.image, { command })));
      const checked = await made(world.endsWith3);
      t.same(await engine.runToEnd(checked, never), { exitCode: 3, output: 'bad line 7\n' });
      const lasts = await made(world.command);
      const giveUp = new AbortController();
      const given = faultOf(t, 'one that does not end', engine.runToEnd(lasts, giveUp.signal));
      await until('it runs', async () => (await stateOf(lasts)) === 'running', { within: 30_000 });
      giveUp.abort();
      t.match(await given, { kind: 'slow', retry: 'later' });
      t.equal(await stateOf(lasts), 'running', 'it goes on');
      await engine.stop(lasts, 0);
      for (const id of [checked, lasts]) await engine.remove(id);
      t.match(await faultOf(t, 'one that is gone', engine.runToEnd(checked, never)), { kind: 'gone' });
    });

    await t.test('a signal reaches the main process', async (t) => {
      const id = await engine.create(
        requestOf(uniqueName(), shapeOf(world.image, { command: world.endsOnSignal })),
      );
      await engine.start(id);
      // A process that has not set its trap yet ignores the signal: it is sent until it is taken.
      await until(
        'it ends',
        async () => {
          if ((await stateOf(id)) === 'running') await engine.signal(id, 'SIGUSR2').catch(() => undefined);
          return (await stateOf(id)) === 'exited';
        },
        { within: 30_000 },
      );
      t.equal((await engine.inspect(id)).exitCode, 5);
      await engine.remove(id);
    });

    await t.test('a named volume is made with its container, and outlives it', async (t) => {
      const name = uniqueName();
      const shape = shapeOf(world.image, { command: world.command, volumes: { data: '/data' } });
      const id = await engine.create(requestOf(name, shape));
      t.ok((await world.volumes()).includes(`${name}-data`));
      await engine.start(id);
      await engine.stop(id, 0);
      await engine.remove(id);
      t.ok((await world.volumes()).includes(`${name}-data`));
    });

    await t.test("a published port is one running container's alone, and listed with it", async (t) => {
      const publish = [{ port: 8099, protocol: 'tcp' as const, target: 80 }];
      const shape = shapeOf(world.image, { command: world.command, network: 'bridge', publish });
      const first = await engine.create(requestOf(uniqueName(), shape));
      const second = await engine.create(requestOf(uniqueName(), shape));
      await engine.start(first);
      t.same((await listed(first))?.publishedPorts, [{ port: 8099, protocol: 'tcp' }]);
      t.match(await faultOf(t, 'start', engine.start(second)), { kind: 'taken', retry: 'later' });
      await engine.stop(first, 0);
      t.same((await listed(first))?.publishedPorts, []);
      await engine.start(second);
      await engine.stop(second, 0);
      for (const id of [first, second]) await engine.remove(id);
    });

    await t.test('one whose network is missing is created, and does not start', async (t) => {
      const shape = shapeOf(world.image, { command: world.command, network: 'no-such-network' });
      const id = await engine.create(requestOf(uniqueName(), shape));
      t.match(await faultOf(t, 'start', engine.start(id)), { kind: 'gone', retry: 'later' });
      await engine.remove(id);
    });

    await t.test('a pull from a registry that is away fails, and ends when it is called off', async (t) => {
      const reference = '127.0.0.1:1/no/such:1';
      const quiet = () => {};
      const failed = engine.pull(reference, quiet, new AbortController().signal);
      t.match(await faultOf(t, 'pull', failed), { kind: 'failed', retry: 'later' });
      t.equal(await engine.hasImage(reference), false);
      await faultOf(t, 'pull', engine.pull(reference, quiet, AbortSignal.abort()));
    });

    await t.test(
      'an image is there or not, by whatever name, and without it nothing is created',
      async (t) => {
        t.equal(await engine.hasImage(world.image), true);
        t.equal(await engine.hasImage(`docker.io/${world.image}`), true);
        t.equal(await engine.hasImage('katod-sandbox/none:1'), false);
        t.equal(await engine.hasImage(`katod-sandbox/none@sha256:${'a'.repeat(64)}`), false);
        t.match(await faultOf(t, 'hasImage', engine.hasImage('NONE')), { kind: 'refused', retry: 'never' });
        const request = requestOf(uniqueName(), shapeOf('katod-sandbox/none:1'));
        const fault: { kind: FaultKind; message: string } = await faultOf(
          t,
          'create',
          engine.create(request),
        );
        t.match(fault, { kind: 'gone', retry: 'now', message: /no such image/i });
      },
    );

    await t.test('a small file of a container is read, whether it runs or not', async (t) => {
      const name = uniqueName();
      const shape = shapeOf(world.image, { command: world.command, volumes: { data: '/data' } });
      const id = await engine.create(requestOf(name, shape));
      t.equal(await engine.readFile(id, '/data/myid'), null, 'no such file');
      await world.writeFile(`${name}-data`, 'myid', '2\n');
      t.equal(await engine.readFile(id, '/data/myid'), '2\n', 'never started');
      await engine.start(id);
      t.equal(await engine.readFile(id, '/data/myid'), '2\n', 'running');
      await engine.stop(id, 0);
      t.equal(await engine.readFile(id, '/data/myid'), '2\n', 'ended');
      await engine.remove(id);
      t.match(await faultOf(t, 'readFile', engine.readFile(id, '/data/myid')), { kind: 'gone' });
    });

    await t.test('a command in a container tells its exit code and the end of what it printed', async (t) => {
      const id = await into('running');
      t.same(await engine.exec(id, world.saying('all is well', 0), never), {
        exitCode: 0,
        output: 'all is well\n',
      });
      t.match(await engine.exec(id, world.saying('not yet', 3), never), { exitCode: 3, output: 'not yet\n' });
      const long = `${'x'.repeat(10_000)} the end`;
      const { output } = await engine.exec(id, world.saying(long, 0), never);
      t.equal(output, `${long}\n`.slice(-4096), 'all is read, and the last 4 KB are kept');
      t.match(await engine.exec(id, ['no-such-command'], never), {
        exitCode: 126,
        output: /^exec: "no-such-command": /,
      });
      await engine.stop(id, 0);
      t.match(await faultOf(t, 'exec', engine.exec(id, world.saying('x', 0), never)), { kind: 'failed' });
      await engine.remove(id);
      t.match(await faultOf(t, 'exec', engine.exec(id, world.saying('x', 0), never)), { kind: 'gone' });
    });

    await t.test('a command that hangs is given up, and not begun again while it goes on', async (t) => {
      const id = await into('running');
      const hang = async (command: readonly string[]) => {
        const giveUp = new AbortController();
        const hanging = engine.exec(id, command, giveUp.signal);
        hanging.catch(() => undefined);
        await until('it has begun', async () => (await world.commandsIn(id)) === 1, { within: 30_000 });
        giveUp.abort(new Error('no answer in time'));
        return faultOf(t, 'exec', hanging);
      };
      t.match(await hang(world.lasting), { kind: 'busy', retry: 'later' });
      t.match(await faultOf(t, 'again', engine.exec(id, world.lasting, never)), { kind: 'busy' }, 'at once');
      t.equal(await world.commandsIn(id), 1, 'it is not begun a second time');
      t.match(await engine.exec(id, world.saying('x', 0), never), { exitCode: 0 }, 'another command is run');
      const other = await into('running');
      const signal = AbortSignal.abort();
      await faultOf(t, 'given up before it begins', engine.exec(other, world.lasting, signal));
      t.match(await engine.exec(other, world.saying('x', 0), never), { exitCode: 0 });
      await engine.restart(id, 0);
      t.match(await hang(world.lasting), { kind: 'busy' }, 'with its container it has ended');
      for (const each of [id, other]) {
        await engine.stop(each, 0);
        await engine.remove(each);
      }
    });

    await t.test('the same command twice side by side is no leftover', async (t) => {
      const id = await into('running');
      const both = [1, 2].map(() => engine.exec(id, world.saying('x', 0), never));
      t.match(await Promise.all(both), [{ exitCode: 0 }, { exitCode: 0 }]);
      await engine.stop(id, 0);
      await engine.remove(id);
    });

    await t.test('a network is made once, and one that is there is used as it is', async (t) => {
      const name = uniqueName();
      const labels = { 'io.katod.node': 'n' };
      await Promise.all([1, 2, 3].map(() => engine.ensureNetwork(name, labels)));
      t.same(await world.networks(name), [labels], 'also when several ask at once');
      await engine.ensureNetwork(name, { 'io.katod.node': 'other' });
      t.same(await world.networks(name), [labels]);
      const theirs = uniqueName();
      await world.makeNetwork(theirs);
      await engine.ensureNetwork(theirs, labels);
      t.same(await world.networks(theirs), [{}]);
      const id = await engine.create(requestOf(uniqueName(), shapeOf(world.image, { network: name })));
      await engine.remove(id);
      t.same(await world.networks(name), [labels], 'it outlives its containers');
      for (const wrong of ['', '../x', 'a b'])
        t.match(await faultOf(t, wrong, engine.ensureNetwork(wrong, {})), {
          kind: 'refused',
          retry: 'never',
        });
    });

    await t.test('events come after the word that they will, and end with close', async (t) => {
      const seen: ('connected' | EngineEvent)[] = [];
      const lost: Fault[] = [];
      const stream = engine.events({
        onConnected: () => void seen.push('connected'),
        onEvent: (event) => void seen.push(event),
        onLost: (fault) => void lost.push(fault),
      });
      t.teardown(() => stream.close());
      await until('the subscription stands', () => seen.includes('connected'), { within: 30_000 });
      t.equal(seen[0], 'connected');
      const id = await into('paused');
      await engine.unpause(id);
      await engine.rename(id, uniqueName());
      await world.kill(id);
      const told = (action: string) =>
        seen.some(
          (event) =>
            event !== 'connected' && event.kind === 'container' && event.action === action && event.id === id,
        );
      for (const action of ['create', 'start', 'pause', 'unpause', 'rename', 'die']) {
        await until(`${action} is told`, () => told(action), { within: 30_000 });
      }
      const other: EngineEvent[] = [];
      let others = false;
      const second = engine.events({
        onConnected: () => {
          others = true;
        },
        onEvent: (event) => void other.push(event),
        onLost: () => {},
      });
      t.teardown(() => second.close());
      await until('the other subscription stands', () => others, { within: 30_000 });
      stream.close();
      stream.close();
      await until('it has ended', async () => (await stateOf(id)) === 'exited', { within: 30_000 });
      await engine.remove(id);
      await until('the other still hears', () => other.some((event) => event.action === 'destroy'), {
        within: 30_000,
      });
      t.notOk(told('destroy'), 'the closed one does not');
      t.same(lost, [], 'closing is no loss');
    });

    await t.test('after close every verb ends at once', async (t) => {
      const id = await create();
      engine.close();
      engine.close();
      await faultOf(t, 'list', engine.list());
      await faultOf(t, 'start', engine.start(id));
      await faultOf(t, 'connect', engine.connect());
    });
  });
}
