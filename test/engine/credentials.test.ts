import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openCredentials } from '../../src/engine/credentials.js';
import { isAlive } from '../sandbox/process-list.js';
import { until } from '../sandbox/until.js';

const open = new AbortController().signal;
const auth = Buffer.from('me:pw').toString('base64');

interface Home {
  readonly folder: string;
  /** Writes `.docker/config.json`. */
  config(content: unknown): void;
  /** Puts a helper on PATH: a shell script. */
  helper(name: string, script: string): void;
  readonly environment: NodeJS.ProcessEnv;
}

function homeOf(t: Test): Home {
  const folder = t.testdir({ '.docker': {}, bin: {} });
  return {
    folder,
    config(content) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      writeFileSync(join(folder, '.docker', 'config.json'), text);
    },
    helper(name, script) {
      const path = join(folder, 'bin', `docker-credential-${name}`);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    },
    environment: { HOME: folder, PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
  };
}

t.test('the file is where the docker command has it, and read anew each time', async (t) => {
  const home = homeOf(t);
  const credentials = openCredentials(home.environment);
  const none = { auth: null, trouble: null, file: join(home.folder, '.docker/config.json') };
  t.same(await credentials.find('r', open), none, 'no file is no trouble');
  t.equal(await credentials.mark(), 'ENOENT');
  home.config({ auths: { r: { auth } } });
  t.match(await credentials.find('r', open), { auth: { username: 'me', password: 'pw' }, trouble: null });
  const mark = await credentials.mark();
  t.equal(await credentials.mark(), mark);
  home.config({ auths: { r: { auth: Buffer.from('me:p2').toString('base64') } } });
  t.not(await credentials.mark(), mark, 'the same size, another time');
  t.match(await credentials.find('r', open), { auth: { password: 'p2' } });

  const other = join(home.folder, 'other');
  mkdirSync(other);
  const { file } = await openCredentials({ ...home.environment, DOCKER_CONFIG: other }).find('r', open);
  t.equal(file, join(other, 'config.json'));
  t.equal((await openCredentials({}).find('no.such', open)).file, '/root/.docker/config.json');
});

t.test(
  'a file that is broken or not to be read is trouble, told with its place and without its content',
  async (t) => {
    const home = homeOf(t);
    const credentials = openCredentials(home.environment);
    home.config('{ "auths":\n "hunter2" hunter2 }');
    const { auth: found, trouble } = await credentials.find('r', open);
    t.equal(found, null);
    t.match(trouble, {
      passing: false,
      message: /\.docker\/config\.json can't be read for credentials: no JSON/,
    });
    t.notMatch(trouble?.message, 'hunter2');
    rmSync(join(home.folder, '.docker/config.json'));
    mkdirSync(join(home.folder, '.docker/config.json'));
    t.match(await credentials.find('r', open), { trouble: { message: /EISDIR/ } });
  },
);

t.test('a helper is asked by its protocol', async (t) => {
  const home = homeOf(t);
  home.config({ credHelpers: { r: 'one', t: 'token', n: 'none' } });
  const seen = join(home.folder, 'seen');
  home.helper('one', `echo "$1 $(cat)" >> ${seen}; echo '{"ServerURL":"r","Username":"me","Secret":"pw"}'`);
  home.helper('token', `echo '{"Username":"<token>","Secret":"tk"}'`);
  home.helper('none', `echo 'credentials not found in native keychain'; exit 1`);
  const credentials = openCredentials(home.environment);
  t.same((await credentials.find('r', open)).auth, { serveraddress: 'r', username: 'me', password: 'pw' });
  t.equal(readFileSync(seen, 'utf8'), 'get r\n');
  t.same((await credentials.find('t', open)).auth, { serveraddress: 't', identitytoken: 'tk' });
  t.match(await credentials.find('n', open), { auth: null, trouble: null }, 'it has none');
});

t.test('a helper that fails is passing trouble, told without a word of what it printed', async (t) => {
  const home = homeOf(t);
  home.config({
    credHelpers: { a: 'absent', e: 'exits', g: 'garbage', h: 'half', x: 'unfit', s: 'slow', k: 'killed' },
  });
  home.helper('exits', 'echo hunter2; echo hunter2 >&2; exit 3');
  home.helper('garbage', 'echo hunter2');
  home.helper('half', `echo '{"Secret":"hunter2"}'`);
  home.helper('slow', 'echo hunter2; sleep 600 & wait');
  home.helper('killed', 'kill -9 $$');
  writeFileSync(join(home.folder, 'bin/docker-credential-unfit'), 'hunter2', { mode: 0o644 });
  const credentials = openCredentials(home.environment, 3_000);
  const rows = [
    ['a', /docker-credential-absent is not on PATH: install it \(named in .*config\.json\)/],
    ['e', /exits ended with exit code 3: see why with: echo e \| docker-credential-exits get/],
    ['g', /garbage did not answer with Username and Secret/],
    ['h', /half did not answer/],
    ['x', /unfit (can't be run|is not on PATH)/],
    ['s', /slow gave no answer within 3 s/],
    ['k', /killed can't be run \(SIGKILL\)/],
  ] as const;
  for (const [registry, message] of rows) {
    const found = await credentials.find(registry, open);
    t.match(found, { auth: null, trouble: { passing: true, message } }, registry);
    t.notMatch(JSON.stringify(found), 'hunter2');
  }
});

t.test('called off, the helper ends with what it has started', async (t) => {
  const home = homeOf(t);
  home.config({ credsStore: 'slow' });
  const pids = join(home.folder, 'pids');
  home.helper('slow', `sleep 600 & echo "$! $$" > ${pids}.new; mv ${pids}.new ${pids}; wait`);
  const off = new AbortController();
  const found = openCredentials(home.environment).find('r', off.signal);
  const text = await until('it runs', () => existsSync(pids) && readFileSync(pids, 'utf8'), {
    within: 20_000,
  });
  off.abort();
  t.match(await found, { trouble: { message: /called off/ } });
  for (const pid of text.trim().split(' ').map(Number)) {
    await until(`process ${pid} has ended`, () => !isAlive(pid), { within: 20_000 });
  }
  t.match(await openCredentials(home.environment).find('r', off.signal), {
    trouble: { message: /called off/ },
  });
});
