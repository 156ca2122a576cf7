import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { openDocker } from '../../src/engine/docker.js';
import { readPull } from '../../src/engine/pull.js';
import type { Limits } from '../../src/settings/settings.js';
import { startHost } from '../sandbox/host.js';
import { until } from '../sandbox/until.js';
import { faultOf } from './contract.js';
import { limits } from './shape.js';

const call = { verb: 'pull', object: 'x:1' } as const;

/** Reads these chunks as a pull's answer; without the last line, the stream is cut off instead of ended. */
async function reading(chunks: readonly string[], end: 'end' | 'cut' = 'end') {
  const stream = new PassThrough();
  const shares: (number | null)[] = [];
  let moves = 0;
  const read = readPull({
    stream,
    call,
    progress: (share) => void shares.push(share),
    moved: () => {
      moves += 1;
    },
  });
  for (const chunk of chunks) stream.write(chunk);
  if (end === 'end') stream.end();
  else stream.destroy();
  return { outcome: read.then(() => 'done'), shares, moves: () => moves };
}

const status = '{"status":"Status: Downloaded newer image for x:1"}\n';

t.test('a stream that says it is done and ends is a pull; garbage in between is passed over', async (t) => {
  const { outcome } = await reading([
    '{"status":"Pulling from x","id":"1"}\r\n',
    'garbage\n[1]\n{"sta',
    `tus":"x"}\n${status}`,
  ]);
  t.equal(await outcome, 'done');
});

t.test('a stream that ends or breaks off before it says so is none', async (t) => {
  const layer = '{"status":"Pull complete","id":"a"}\n';
  for (const [chunks, end] of [
    [[], 'end'],
    [[layer], 'end'],
    [[layer], 'cut'],
  ] as const) {
    const { outcome } = await reading(chunks, end);
    t.match(await faultOf(t, 'pull', outcome), { kind: 'unreachable', message: /the pull broke off/ });
  }
});

t.test('an error inside the stream fails it, whatever comes after', async (t) => {
  const errors = [
    ['{"errorDetail":{"message":"unknown blob"},"error":"unknown blob"}\n', 'failed', /unknown blob/],
    ['{"error":"denied: no"}\n', 'denied', /denied/],
    ['{"errorDetail":{}}\n', 'failed', /without a word/],
  ] as const;
  for (const [line, kind, message] of errors) {
    const { outcome } = await reading([line, status]);
    t.match(await faultOf(t, line, outcome), { kind, message });
  }
});

const host = await startHost();
t.teardown(() => host.close());
const address = `unix://${host.dockerSocket}`;

const said: string[] = [];
const registry = host.spawn(
  [process.execPath, '--import', 'tsx', fileURLToPath(new URL('registry-stand-in.ts', import.meta.url))],
  { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
);
registry.stdout?.on('data', (chunk: Buffer) => void said.push(...chunk.toString().trim().split('\n')));
await until('the registry listens', () => said.find((line) => line.startsWith('port ')), { within: 20_000 });
const at = `127.0.0.1:${said[0]?.slice('port '.length)}`;

interface Pulling {
  readonly done: Promise<void>;
  readonly shares: readonly (number | null)[];
}

function pull(
  t: Test,
  repository: string,
  changes: Partial<Limits> = {},
  signal = new AbortController().signal,
): Pulling {
  const engine = openDocker({ address, limits: { ...limits, ...changes } });
  t.teardown(() => engine.close());
  const shares: (number | null)[] = [];
  const done = engine.pull(`${at}/${repository}`, (share) => void shares.push(share), signal);
  done.catch(() => undefined);
  return { done, shares };
}

const images = () => host.docker('images', '--format', '{{.Repository}}:{{.Tag}}');

t.test('a pull resolves when the image is there, and tells how far it is', async (t) => {
  const { done, shares } = pull(t, 'whole:1');
  await done;
  t.ok((await images()).split('\n').includes(`${at}/whole:1`));
  t.equal(shares.at(-1), 1);
  t.same(
    shares,
    [...shares].sort((one, other) => Number(one) - Number(other)),
    'it never goes back',
  );
  t.ok(shares.length >= 4, shares.join(' '));
  t.ok(
    shares.some((share) => share !== null && share > 0.1 && share < 0.7),
    'some of it on the way',
  );
  const again = pull(t, 'whole:1');
  await again.done;
  t.equal(again.shares.at(-1), 1, 'what is there is pulled at once');
});

t.test('a digest pulls what it names, whatever the tag', async (t) => {
  const found: unknown = JSON.parse(
    await host.docker('inspect', '-f', '{{json .RepoDigests}}', `${at}/whole:1`),
  );
  t.match(found, [/@sha256:/]);
  const digest = String(found).split('@')[1];
  await pull(t, `whole:no-such-tag@${digest}`).done;
  await host.docker('rmi', `${at}/whole:1`);
  const engine = openDocker({ address, limits });
  t.teardown(() => engine.close());
  t.equal(await engine.hasImage(`${at}/whole:1@${digest}`), false);
  await pull(t, `whole:1@${digest}`).done;
  t.equal(await engine.hasImage(`${at}/whole:1@${digest}`), true);
});

t.test('what the registry does not have, and never will by itself, is refused', async (t) => {
  const fault = await faultOf(t, 'pull', pull(t, 'unknown:1').done);
  t.match(fault, { kind: 'refused', retry: 'never', message: /pull .*unknown:1: .*manifest unknown/ });
});

t.test('a layer that the registry lost fails the pull, though the engine had begun to answer', async (t) => {
  const fault = await faultOf(t, 'pull', pull(t, 'lost:1').done);
  t.match(fault, { kind: 'failed', retry: 'later', message: /lost:1: .*(blob|404)/ });
});

t.test('a registry that asks to wait is waited for', async (t) => {
  const fault = await faultOf(t, 'pull', pull(t, 'limited:1').done);
  t.match(fault, { kind: 'failed', retry: 'later', retryAfter: 7000, message: /toomanyrequests/i });
});

t.test('a connection cut once is taken up again by the engine', async (t) => {
  const { done, shares } = pull(t, 'once:1');
  await done;
  t.ok(said.includes('layer once 2'), 'the layer was asked for twice');
  t.equal(shares.at(-1), 1);
});

t.test('a connection cut again and again is a pull that makes no progress', async (t) => {
  // The engine counts down 5, 10, 15 seconds to its next try: lines without progress.
  const fault = await faultOf(t, 'pull', pull(t, 'cut:1', { pullStall: 4000 }).done);
  t.match(fault, { kind: 'slow', retry: 'later', message: /cut:1: no progress for 4 s/ });
  t.notOk((await images()).includes('cut'));
});

t.test('a registry that falls silent is given up, and told so', async (t) => {
  const fault = await faultOf(t, 'pull', pull(t, 'stall:1', { pullStall: 1500 }).done);
  t.match(fault, { kind: 'slow', retry: 'later', message: /stall:1: no progress for 1.5 s/ });
  // The engine itself holds on to the download until the registry moves: others go on beside it.
  await pull(t, 'whole-beside:1').done;
});

t.test('called off, it ends at once, in the engine too', async (t) => {
  const off = new AbortController();
  const { done } = pull(t, 'slow-off:1', {}, off.signal);
  await until('it is under way', () => said.includes('layer slow-off 1'), { within: 20_000 });
  off.abort();
  t.match(await faultOf(t, 'pull', done), { kind: 'failed', retry: 'later', message: /called off/ });
  await until('the engine has hung up', () => said.includes('closed slow-off 1'), { within: 20_000 });
  t.match(await faultOf(t, 'pull', pull(t, 'whole:1', {}, off.signal).done), { message: /called off/ });
});

t.test('an engine that hangs in the middle stalls the pull; one that is killed breaks it off', async (t) => {
  const hung = pull(t, 'slow-hung:1', { pullStall: 1500 });
  await until('it is under way', () => said.includes('layer slow-hung 1'), { within: 20_000 });
  host.daemon.pause();
  t.match(await faultOf(t, 'pull', hung.done), { kind: 'slow', message: /no progress/ });
  host.daemon.resume();
  const killed = pull(t, 'slow-killed:1');
  await until('it is under way', () => said.includes('layer slow-killed 1'), { within: 20_000 });
  await host.daemon.kill();
  t.match(await faultOf(t, 'pull', killed.done), { kind: 'unreachable', retry: 'later' });
  t.match(await faultOf(t, 'pull', pull(t, 'whole:1').done), { kind: 'unreachable', retry: 'later' });
});
