import { join } from 'node:path';
import t from 'tap';
import { DEFAULT_POLICY } from '../../src/desired/policy.js';
import type { Sources } from '../../src/settings/given.js';
import { loadSettings, loadSome, storeSettingNames } from '../../src/settings/load.js';
import { shippedCatalog } from '../../src/settings/program.js';
import type { HostDefaults } from '../../src/settings/row.js';
import type { Settings } from '../../src/settings/settings.js';

const host: HostDefaults = { hostName: () => 'Web-1', address: async () => '10.0.0.5' };
const nowhere = '/nonexistent/katod.yaml';

function sources(given: Partial<Sources>): Sources {
  return { flags: {}, environment: {}, defaultFile: nowhere, ...given };
}

async function settings(given: Partial<Sources>): Promise<Settings> {
  const loaded = await loadSettings(sources(given), host);
  if (!loaded.ok)
    throw new Error(loaded.problems.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  return loaded.settings;
}

async function problems(given: Partial<Sources>, on: HostDefaults = host): Promise<readonly string[]> {
  const loaded = await loadSettings(sources(given), on);
  return loaded.ok ? [] : loaded.problems.map(({ place, message }) => `${place}: ${message}`);
}

t.test('without anything given, every setting has its default', async (t) => {
  t.strictSame(await settings({}), {
    node: 'web-1',
    address: '10.0.0.5',
    store: { kind: 'etcd', endpoints: ['http://127.0.0.1:2379'], prefix: '/katod' },
    docker: 'unix:///var/run/docker.sock',
    listen: '127.0.0.1:7117',
    hostNames: [],
    stateDir: '/var/lib/katod',
    catalog: shippedCatalog,
    stack: 'core',
    resync: 30_000,
    containerPrefix: 'katod-',
    logLevel: 'info',
    limits: {
      engineCall: 10_000,
      enginePing: 10_000,
      pullStall: 120_000,
      pulls: 2,
      pullMin: 10_000,
      pullMax: 300_000,
      pullRecheck: 3_600_000,
      pullSpread: 5_000,
      storeCall: 5_000,
      storeRelist: 300_000,
    },
    policy: DEFAULT_POLICY,
  });
  t.equal(
    shippedCatalog,
    join(import.meta.dirname, '../../config'),
    'the shipped catalog is the one beside the program',
  );
});

t.test(
  'a flag wins over the environment, the environment over the file, the file over the default',
  async (t) => {
    const file = join(
      t.testdir({ 'katod.yaml': 'resync: 4m\nstack: from-file\nnode: from-file\nlogLevel: warn\n' }),
      'katod.yaml',
    );
    const environment = { KATOD_CONFIG: file, KATOD_RESYNC: '3m', KATOD_STACK: 'from-environment' };
    const result = await settings({ flags: { resync: '2m' }, environment });
    t.equal(result.resync, 120_000);
    t.equal(result.stack, 'from-environment');
    t.equal(result.node, 'from-file');
    t.equal(result.logLevel, 'warn');
    t.equal(result.containerPrefix, 'katod-');
  },
);

t.test('every setting can be given as a flag', async (t) => {
  const flags = {
    node: 'n-1',
    address: 'fd00::1',
    store: 'file:/etc/katod/state.yaml',
    docker: 'tcp://10.0.0.1:2375',
    listen: 'unix:/run/katod/katod.sock',
    'host-names': 'A.example.com, b',
    'state-dir': '/srv/katod',
    catalog: '/srv/catalog',
    stack: 'kato',
    resync: '500s',
    'container-prefix': 'k_',
    'log-level': 'debug',
    etcd: 'https://a:1,http://b:2',
    prefix: '/x/y/',
    'etcd-ca': '/tls/ca.crt',
    'etcd-cert': '/tls/katod.crt',
    'etcd-key': '/tls/katod.key',
    'etcd-username': 'katod-web-1',
    'etcd-password-file': '/tls/password',
  };
  t.match(await settings({ flags }), {
    node: 'n-1',
    address: 'fd00::1',
    store: { kind: 'file', path: '/etc/katod/state.yaml' },
    docker: 'tcp://10.0.0.1:2375',
    listen: 'unix:/run/katod/katod.sock',
    hostNames: ['a.example.com', 'b'],
    stateDir: '/srv/katod',
    catalog: '/srv/catalog',
    stack: 'kato',
    resync: 500_000,
    containerPrefix: 'k_',
    logLevel: 'debug',
  });
  t.strictSame((await settings({ flags: { ...flags, store: 'etcd' } })).store, {
    kind: 'etcd',
    endpoints: ['https://a:1', 'http://b:2'],
    prefix: '/x/y',
    ca: '/tls/ca.crt',
    cert: '/tls/katod.crt',
    key: '/tls/katod.key',
    username: 'katod-web-1',
    passwordFile: '/tls/password',
  });
});

t.test('the file takes nested and dotted keys, lists, and limits', async (t) => {
  const file = join(
    t.testdir({
      'katod.yaml':
        'etcd:\n  endpoints: [http://a:1, http://b:2]\netcd.prefix: /p\nlimits: { pulls: 4, storeCall: 2s }\nhostNames:\n  - one\n  - two\n',
    }),
    'katod.yaml',
  );
  const result = await settings({ flags: { config: file } });
  t.strictSame(result.store, { kind: 'etcd', endpoints: ['http://a:1', 'http://b:2'], prefix: '/p' });
  t.strictSame(result.hostNames, ['one', 'two']);
  t.equal(result.limits.pulls, 4);
  t.equal(result.limits.storeCall, 2_000);
});

t.test('DOCKER_HOST counts where KATOD_DOCKER is not set, and empty it is not set', async (t) => {
  const foreign = { DOCKER_HOST: 'tcp://10.0.0.9:2375' };
  t.equal((await settings({ environment: foreign })).docker, 'tcp://10.0.0.9:2375');
  t.equal(
    (await settings({ environment: { ...foreign, KATOD_DOCKER: 'unix:///run/d.sock' } })).docker,
    'unix:///run/d.sock',
  );
  t.equal((await settings({ environment: { DOCKER_HOST: '' } })).docker, 'unix:///var/run/docker.sock');
  t.match(await problems({ environment: { DOCKER_HOST: 'ssh://host' } }), [
    /^DOCKER_HOST: "ssh:\/\/host" is no address/,
  ]);
});

t.test('with every setting wrong at once, all are named with the place they came from', async (t) => {
  const file = join(
    t.testdir({
      'katod.yaml':
        'stack: Core!\nresnyc: 5m\nlimits:\n  pulls: many\n  engineCall: 0s\n  storeRelist: 90d\nstateDir: /\npolicy:\n  privilege: web\n  hostPaths: srv,web:/x,web:y\n',
    }),
    'katod.yaml',
  );
  const found = await problems({
    flags: {
      config: file,
      node: 'Web_1',
      address: '0.0.0.0',
      store: 'consul',
      etcd: 'tls://a:2379',
      'etcd-cert': '/a.crt',
      'etcd-username': 'a b',
      prefix: 'katod',
      docker: 'ssh://a',
      listen: '7117',
      'host-names': 'a b',
      'container-prefix': '-x',
      resync: ['1s', '2s'],
      'log-level': 'loud',
    },
    environment: { KATOD_CATALOG: ' ', KATOD_RESNYC: '1s' },
  });
  const expected = [
    /^--resync: given more than once/,
    /^KATOD_RESNYC: .*did you mean KATOD_RESYNC\?$/,
    new RegExp(`^${file}:2: this version of katod does not know "resnyc"; did you mean resync\\?$`),
    new RegExp(
      `^${file}:9: this version of katod does not know "policy.privilege"; did you mean policy.privileged\\?`,
    ),
    /^--node: "Web_1" is no valid name/,
    /^--address: "0\.0\.0\.0"/,
    /^--store: "consul" is no store/,
    /^--etcd: "tls:\/\/a:2379" is no endpoint of etcd/,
    /^--prefix: "katod" is no prefix/,
    /^--etcd-username: "a b" is no user/,
    /^--docker: "ssh:\/\/a"/,
    /^--listen: "7117"/,
    /^--host-names: "a b"/,
    new RegExp(`^${file}:7: "/" is no folder`),
    /^KATOD_CATALOG: is empty/,
    new RegExp(`^${file}:1: "Core!" is no valid name`),
    /^--container-prefix: "-x"/,
    /^--log-level: "loud"/,
    new RegExp(`^${file}:5: "0s" is out of bounds`),
    new RegExp(`^${file}:4: "many" is no number`),
    new RegExp(`^${file}:6: "90d" is no duration`),
    new RegExp(
      `^${file}:10: "srv" is not an absolute path, or COMPONENT:PATH; "web:y" is not an absolute path`,
    ),
    /^--etcd-cert: `etcd\.cert` is set without `etcd\.key`/,
  ];
  t.match(found, expected);
  t.equal(found.length, expected.length, 'and nothing else');
});

t.test(
  'a settings file that was named must be there and readable, the default one may be missing',
  async (t) => {
    t.match(await problems({ flags: { config: nowhere } }), [
      /^--config: \/nonexistent\/katod\.yaml: there is no such file$/,
    ]);
    t.match(await problems({ environment: { KATOD_CONFIG: nowhere } }), [/^KATOD_CONFIG: .*no such file/]);
    t.match(await problems({ flags: { config: t.testdir({}) } }), [/^--config: .*can't be read \(EISDIR\)/]);
    t.strictSame(await problems({}), []);
  },
);

t.test('a file of another form is refused with the line', async (t) => {
  const cases: readonly [content: string, expected: RegExp][] = [
    ['- a\n- b\n', /katod\.yaml: the file is no mapping/],
    ['node: a\nnode: b\n', /katod\.yaml:2: not valid YAML: Map keys must be unique/],
    ['node: [\n', /katod\.yaml:\d: not valid YAML/],
    ['stack: core\nnode:\n', /katod\.yaml:2: "node" has no value/],
    [
      'etcd: { prefix: /a }\netcd.prefix: /b\n',
      /katod\.yaml:2: "etcd\.prefix" is given twice, first at .*katod\.yaml:1/,
    ],
    ['etcd: http://a:1\n', /katod\.yaml:1: this version of katod does not know "etcd"/],
    ['limits: { pullMin: 1h, pullMax: 1m }\n', /katod\.yaml:1: `limits\.pullMin` is longer/],
  ];
  for (const [content, expected] of cases) {
    const file = join(t.testdir({ 'katod.yaml': content }), 'katod.yaml');
    t.match(await problems({ flags: { config: file } }), [expected], JSON.stringify(content));
  }
  const empty = join(t.testdir({ 'katod.yaml': '# nothing yet\n' }), 'katod.yaml');
  t.strictSame(await problems({ flags: { config: empty } }), [], 'a file of comments is an empty one');
});

t.test('what is right alone and wrong together is told for each command', async (t) => {
  const found = await problems({
    flags: { 'etcd-username': 'web-1', 'etcd-ca': '/ca.crt' },
    environment: { KATOD_ETCD_KEY: '/k.key' },
  });
  t.match(found, [
    /^KATOD_ETCD_KEY: `etcd\.key` is set without `etcd\.cert`: set both, or neither$/,
    /^--etcd-username: `etcd\.username` is set without `etcd\.passwordFile`/,
    /^--etcd-ca: `etcd\.ca` is set, but no endpoint in `etcd\.endpoints` asks for TLS: write https:\/\/$/,
  ]);
  t.equal(found.length, 3);
  const given = sources({ flags: { 'etcd-password-file': '/p' } });
  t.match(await loadSome(given, storeSettingNames, host), {
    ok: false,
    problems: [{ place: '--etcd-password-file', message: /is set without `etcd\.username`/ }],
  });
});

t.test('a default that this host can not give says which setting to set', async (t) => {
  const odd: HostDefaults = { hostName: () => 'my_host', address: async () => null };
  t.match(await problems({}, odd), [
    /^default of `node`: .*"my_host".*--node/,
    /^default of `address`: .*--address/,
  ]);
  t.strictSame(
    await problems({ flags: { node: 'a', address: '10.0.0.1' } }, odd),
    [],
    'and is not asked for in vain',
  );
});

t.test('a command that needs some settings is not kept from work by the value of another', async (t) => {
  const given = sources({ environment: { KATOD_RESYNC: 'wrong' } });
  t.strictSame(await loadSome(given, ['listen'], host), { ok: true, settings: { listen: '127.0.0.1:7117' } });
});

t.test('a password in an address is not echoed', async (t) => {
  const found = await problems({
    flags: { etcd: 'http://user:hunter2@a:1', docker: 'tcp://user:hunter2@a:1' },
  });
  t.equal(found.length, 2);
  t.notMatch(found.join(), /hunter2/);
});
