import t from 'tap';
import { loginFor, readDockerConfig } from '../../src/engine/docker-config.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const pair = { username: 'me', password: 's3cret:with:colons' };
const auth = base64('me:s3cret:with:colons');

t.test('each form that Docker writes is found for its registry', async (t) => {
  const rows: readonly (readonly [string, object, string, object])[] = [
    [
      'a host',
      { auths: { 'reg.example': { auth } } },
      'reg.example',
      { ...pair, serveraddress: 'reg.example' },
    ],
    ['a port', { auths: { 'reg.example:5000': { auth } } }, 'reg.example:5000', pair],
    ['an old URL', { auths: { 'https://reg.example/v1/': { auth } } }, 'reg.example', pair],
    [
      'Docker Hub',
      { auths: { 'https://index.docker.io/v1/': { auth } } },
      'docker.io',
      { ...pair, serveraddress: 'https://index.docker.io/v1/' },
    ],
    ['Docker Hub by its plain name', { auths: { 'docker.io': { auth } } }, 'docker.io', pair],
    ['a padded password', { auths: { r: { auth: base64('me:pw\0\0') } } }, 'r', { password: 'pw' }],
    ['plain words', { auths: { r: { username: 'me', password: 'pw' } } }, 'r', { password: 'pw' }],
    ['an identity token', { auths: { r: { identitytoken: 'token' } } }, 'r', { identitytoken: 'token' }],
    [
      'an identity token beside a name without a password',
      { auths: { r: { auth: base64('me:'), identitytoken: 'token' } } },
      'r',
      { username: 'me', password: '', identitytoken: 'token' },
    ],
    ['a registry token', { auths: { r: { registrytoken: 'token' } } }, 'r', { registrytoken: 'token' }],
  ];
  for (const [what, config, registry, found] of rows) {
    t.match(loginFor({ ...config }, registry), { from: 'file', auth: found }, what);
  }
});

t.test('a helper of the registry wins over the store, and the store over the file', async (t) => {
  const config = {
    auths: { a: { auth }, b: { auth } },
    credHelpers: { a: 'ecr-login', 'docker.io': 'hub' },
    credsStore: 'pass',
  };
  t.same(loginFor(config, 'a'), { from: 'helper', helper: 'ecr-login', server: 'a' });
  t.same(loginFor(config, 'b'), { from: 'helper', helper: 'pass', server: 'b' });
  const hub = { from: 'helper', helper: 'hub', server: 'https://index.docker.io/v1/' };
  t.same(loginFor(config, 'docker.io'), hub);
  t.match(loginFor({ ...config, credsStore: '' }, 'b'), { from: 'file' }, 'an empty word is none');
});

t.test('no entry, or an empty one, is no credentials', async (t) => {
  const configs = [{}, { auths: {} }, { auths: { r: {} } }, { auths: { 'r:5000': { auth } } }, { auths: [] }];
  for (const config of configs) t.same(loginFor({ ...config }, 'r'), { from: 'nowhere' });
  t.same(loginFor({ auths: { r: { username: 'me' } } }, 'r'), { from: 'nowhere' }, 'half a pair');
});

t.test('an entry that makes no sense is told without its content', async (t) => {
  const secret = 'hunter2';
  const configs = [
    { auths: { r: { auth: secret } } },
    { auths: { r: { auth: base64(secret) } } },
    { auths: { r: { auth: { secret } } } },
    { credsStore: `../${secret}` },
    { credHelpers: { r: 7 } },
  ];
  for (const config of configs) {
    const login = loginFor({ ...config }, 'r');
    t.match(login, { from: 'unusable', problem: /(for|of) r / });
    t.notMatch(JSON.stringify(login), secret);
    t.same(loginFor({ ...config, credsStore: undefined }, 'other'), { from: 'nowhere' }, 'no harm to others');
  }
});

t.test('a broken file is told with its line where that is known, and never with its text', async (t) => {
  const broken = readDockerConfig('{\n  "auths": {\n    "r": { "auth": "hunter2" },\n  }\n}');
  t.same(broken, { ok: false, problem: 'no JSON from line 4 on' });
  for (const text of ['', '{"auths": hunter2', 'hunter2', '["hunter2"]', '"hunter2"', 'null']) {
    const read = readDockerConfig(text);
    t.match(read, { ok: false, problem: /^no JSON/ }, text);
    t.notMatch(JSON.stringify(read), 'hunter2');
  }
});
