/** Pulls from a real registry, well and ill: what each trouble is told as. A stall has a test of its own host elsewhere. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openCredentials } from '../../src/engine/credentials.js';
import { openDocker } from '../../src/engine/docker.js';
import type { Limits } from '../../src/settings/settings.js';
import { startHost } from '../sandbox/host.js';
import { startRegistry } from '../sandbox/registry.js';
import { faultOf } from './contract.js';
import { limits } from './shape.js';

const host = await startHost({ images: ['busybox'] });
t.teardown(() => host.close());
const registry = await startRegistry({ host });
const bin = join(host.folder, 'bin');
mkdirSync(bin);

interface PullOptions {
  readonly limits?: Partial<Limits>;
  /** Content of Docker's config.json. */
  readonly config?: object;
}

let homes = 0;

/** As the agent pulls: a home of its own for the credentials. */
async function pull(
  t: Test,
  reference: string,
  options: PullOptions = {},
): Promise<readonly (number | null)[]> {
  homes += 1;
  const home = join(host.folder, `home-${homes}`);
  mkdirSync(home);
  if (options.config) writeFileSync(join(home, 'config.json'), JSON.stringify(options.config));
  const engine = openDocker({
    address: `unix://${host.dockerSocket}`,
    limits: { ...limits, ...options.limits },
    credentials: openCredentials({ DOCKER_CONFIG: home, PATH: `${bin}:/usr/bin:/bin` }),
  });
  t.teardown(() => engine.close());
  const shares: (number | null)[] = [];
  await engine.pull(reference, (share) => void shares.push(share), new AbortController().signal);
  t.ok(await engine.hasImage(reference), `${reference} is there`);
  return shares;
}

const failing = (t: Test, reference: string, options: PullOptions = {}) =>
  faultOf(t, reference, pull(t, reference, options));

/** What unfinished downloads leave on the disk. */
const leftovers = () => readdirSync(join(host.folder, 'data/tmp'));

t.test('an image is pulled by tag and by digest, and asked for anew', async (t) => {
  const digest = await registry.push('fine:1');
  t.equal((await pull(t, `${registry.open}/fine:1`)).at(-1), 1);
  t.equal(registry.requests('fine', 'layer').length, 1);
  await pull(t, `${registry.open}/fine@${digest}`);
  const newer = await registry.push('fine:1');
  t.not(newer, digest);
  await pull(t, `${registry.open}/fine:1`);
  t.match(await host.docker('inspect', '--format', '{{.RepoDigests}}', `${registry.open}/fine:1`), newer);
});

t.test('what the registry fails at passes; what it refuses does not', async (t) => {
  const errors = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] });
  const otherPlatform = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifests: [
      {
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        digest: `sha256:${'0'.repeat(64)}`,
        size: 500,
        platform: { architecture: 's390x', os: 'linux' },
      },
    ],
  });
  const listType = { 'content-type': 'application/vnd.docker.distribution.manifest.list.v2+json' };
  const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
    ({ kind: 'answer', status, body, headers }) as const;
  const rows = [
    [
      'busy',
      'manifest',
      answer(429, errors('TOOMANYREQUESTS', 'retry-after: 7s')),
      'failed later 7000',
      /toomanyrequests/i,
    ],
    ['busier', 'manifest', answer(429, '', { 'retry-after': '7' }), 'failed later null', /429|too many/i],
    ['sick', 'manifest', answer(500, 'oops'), 'failed later null', /500/],
    [
      'lost',
      'layer',
      answer(404, errors('BLOB_UNKNOWN', 'blob unknown')),
      'failed later null',
      /unknown|404/,
    ],
    ['wrong', 'layer', { kind: 'wrong' }, 'failed later null', /verification failed|digest/],
    ['alien', 'manifest', answer(200, otherPlatform, listType), 'refused never null', /no matching manifest/],
  ] as const;
  for (const [name, part, fault, expected, words] of rows) {
    await t.test(name, async (t) => {
      await registry.push(`${name}:1`);
      await registry.spoil(name, part, fault);
      const told = await failing(t, `${registry.open}/${name}:1`);
      t.equal(`${told.kind} ${told.retry} ${told.retryAfter}`, expected, told.message);
      t.match(told.message, words);
      t.match(told.message, `${registry.open}/${name}:1`);
      await registry.spoil(name, part, null);
      await pull(t, `${registry.open}/${name}:1`);
      t.same(leftovers(), [], 'nothing is left of the attempts');
    });
  }
  const unknown = await failing(t, `${registry.open}/no-such:1`);
  t.equal(`${unknown.kind} ${unknown.retry}`, 'refused never', unknown.message);
});

t.test('a kilobyte a second is slow, and no stall', async (t) => {
  await registry.push('slow:1', { bytes: 20_000 });
  await registry.spoil('slow', 'layer', { kind: 'slow', rate: 1_000 });
  const shares = await pull(t, `${registry.open}/slow:1`, { limits: { pullStall: 10_000 } });
  t.ok(shares.length > 5, `${shares.length} steps of progress`);
});

t.test('a password', async (t) => {
  const { locked, auth, password } = registry;
  await registry.push('secret:1');
  const image = `${locked}/secret:1`;
  const clean = (text: string) => t.ok(!text.includes(password) && !text.includes(auth), text);

  const anonymous = await failing(t, image);
  t.equal(`${anonymous.kind} ${anonymous.retry}`, 'denied never', anonymous.message);
  t.match(anonymous.message, /no credentials for 127\.0\.0\.1:5011 in .*config\.json: .* docker login 127/);

  const other = Buffer.from('puller:battery').toString('base64');
  const wrong = await failing(t, image, { config: { auths: { [locked]: { auth: other } } } });
  t.equal(`${wrong.kind} ${wrong.retry}`, 'denied never', wrong.message);
  t.match(wrong.message, /the credentials for 127\.0\.0\.1:5011 of .*config\.json are refused: renew/);
  t.notMatch(wrong.message, 'battery');
  t.notMatch(wrong.message, other);

  const broken = await failing(t, image, { config: ['not', 'an', 'object'] });
  t.equal(`${broken.kind} ${broken.retry}`, 'denied never', broken.message);
  t.match(
    broken.message,
    /asked without credentials: .*config\.json can't be read for credentials: no JSON object/,
  );

  const script = join(bin, 'docker-credential-test');
  const credHelpers = { [locked]: 'test' };
  const absent = await failing(t, image, { config: { credHelpers } });
  t.equal(`${absent.kind} ${absent.retry}`, 'denied later', 'the helper may be there the next time');
  t.match(absent.message, /asked without credentials: docker-credential-test is not on PATH/);
  writeFileSync(script, `#!/bin/sh\necho '${password}'; echo '${auth}' >&2; exit 1\n`);
  chmodSync(script, 0o755);
  const fails = await failing(t, image, { config: { credHelpers } });
  t.equal(`${fails.kind} ${fails.retry}`, 'denied later');
  t.match(fails.message, /docker-credential-test ended with exit code 1: see why with: echo 127/);
  for (const { message } of [anonymous, wrong, broken, absent, fails]) clean(message);

  await pull(t, `${registry.open}/fine:1`, { config: { credsStore: 'absent' } });
  const answer = JSON.stringify({ Username: 'puller', Secret: password });
  writeFileSync(script, `#!/bin/sh\necho '${answer}'\n`);
  await pull(t, image, { config: { credHelpers } });
  await host.docker('rmi', image);
  await pull(t, image, { config: { auths: { [locked]: { auth } } } });
});
