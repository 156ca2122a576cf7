import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import { rememberIdentity } from '../../src/host/identity.js';
import { openLastKnownGood } from '../../src/store/last-known-good.js';
import { startEtcd } from '../sandbox/etcd.js';
import { katod } from './program.js';

const web = `name: web
description: serves the pages
image: example/web:1.2
command: ["httpd", "--domain={{ params.domain }}"]
env: { TOKEN: "{{ params['secret.token'] | append: '!' }}" }
ports: [8080]
volumes: { data: /var/lib/web }
files:
  - { target: /etc/web/web.conf, template: web.conf.liquid }
probes:
  ready: { tcp: 8080 }
`;
const store = `name: store
description: keeps the data
image: example/store:1
`;
const stack = `name: tiny
description: a stack for tests
roles:
  front: { description: what people see, components: [web], aliases: [edge] }
  back: { description: what it needs, components: [store] }
  all: { description: everything, components: [web, store] }
params:
  domain: { description: of the pages, default: example.com }
  secret.token: { description: of the pages }
`;
const good = {
  components: { 'web.yaml': web, 'store.yaml': store },
  stacks: { 'tiny.yaml': stack },
  templates: { 'web.conf.liquid': 'node {{ node.name }}\ntoken {{ params["secret.token"] }}\n' },
};
const bad = {
  components: { 'web.yaml': web.replace('ports: [8080]', 'prots: [8080]'), 'store.yaml': 'name: shop\n' },
  stacks: { 'tiny.yaml': stack },
  templates: { 'web.conf.liquid': '{{ nod.name }}\n' },
};
const here = ['--node', 'web-1', '--address', '10.0.0.5', '--stack', 'tiny'];

t.test('roles is a matrix of the stack', async (t) => {
  const catalog = t.testdir(good);
  const { code, stdout, stderr } = await katod(['roles', '--catalog', catalog, '--stack', 'tiny']);
  t.equal(code, 0, stderr);
  t.equal(
    `\n${stdout}`,
    `
tiny   front/edge  back  all
web    x           -     x
store  -           x     x
`,
  );
  const json = JSON.parse((await katod(['roles', '--json', '--catalog', catalog, '--stack', 'tiny'])).stdout);
  t.match(json, { stack: 'tiny', roles: { front: { components: ['web'], aliases: ['edge'] } } });

  const unknown = await katod(['roles', '--catalog', catalog, '--stack', 'tinyy']);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, /there is no stack "tinyy" in .*; there are tiny; did you mean tiny\?/);
});

t.test('roles and validate show what hangs on parameters, and what nobody has run', async (t) => {
  const choosy = t.testdir({
    ...good,
    components: {
      'web.yaml': web,
      'store.yaml': `${store}untested: true\n`,
      'vip.yaml': 'name: vip\ndescription: x\nimage: example/vip:1\nwhen: "{{ params.domain }}"\n',
    },
    stacks: {
      'tiny.yaml': stack
        .replace(
          '[web, store]',
          '[{ name: web, when: "{{ params.domain }}" }, vip, { name: store, when: "{{ params.cache }}" }]',
        )
        .replace('[store]', '[store, vip]')
        .replace('params:', 'params:\n  cache: { description: whether there is one }'),
    },
  });
  const marked = await katod(['roles', '--catalog', choosy, '--stack', 'tiny']);
  t.equal(
    `\n${marked.stdout}`,
    `
tiny   front/edge  back  all
web    x           -     x
store  -           x     o    untested
vip    -           o     o

o: only where a parameter asks for it
untested: written from documents, and not run yet: look at it before you rely on it
`,
  );
  t.match(JSON.parse((await katod(['roles', '--json', '--catalog', choosy, '--stack', 'tiny'])).stdout), {
    roles: { all: { components: ['web', 'vip', 'store'], optional: ['store', 'vip'] } },
    untested: ['store'],
  });
  const mark =
    'no problems\nuntested (written from documents, and not run yet: look at it before you rely on it): store\n';
  t.strictSame(await katod(['validate', choosy]), { code: 0, stdout: mark, stderr: '' });
  t.equal((await katod(['validate', join(choosy, 'components/store.yaml')])).stdout, mark);
  t.equal((await katod(['validate', join(choosy, 'components/web.yaml')])).stdout, 'no problems\n');
});

t.test('a stack named on the command line is shown, whatever the cluster has', async (t) => {
  const other = t.testdir({
    ...good,
    stacks: { ...good.stacks, 'small.yaml': stack.replace('name: tiny', 'name: small') },
    'state.yaml': 'cluster/stack: tiny\n',
  });
  const inStore = ['roles', '--catalog', other, '--store', `file:${join(other, 'state.yaml')}`];
  t.match((await katod(inStore)).stdout, /^tiny /, "the cluster's");
  t.match((await katod([...inStore, '--stack', 'small'])).stdout, /^small /, 'the one that is asked for');
});

t.test('validate finds nothing in a good catalog, folder, or file', async (t) => {
  const catalog = t.testdir({ ...good, elsewhere: { 'web.yaml': web, 'tiny.yaml': stack } });
  const whole = { code: 0, stdout: 'no problems\n', stderr: '' };
  t.strictSame(await katod(['validate', '--catalog', catalog]), whole);
  t.strictSame(await katod(['validate', catalog]), whole);
  t.strictSame(
    await katod(['validate', join(catalog, 'components/web.yaml'), join(catalog, 'stacks/tiny.yaml')]),
    whole,
  );
  t.strictSame(await katod(['validate', '--catalog', catalog, join(catalog, 'elsewhere')]), whole);
  const json = JSON.parse((await katod(['validate', '--json', catalog])).stdout);
  t.strictSame(json, { problems: [], untested: [] });
});

t.test('validate prints every problem with its place, and ends with 1', async (t) => {
  const catalog = t.testdir(bad);
  const { code, stdout } = await katod(['validate', catalog]);
  t.equal(code, 1);
  t.match(stdout, new RegExp(`^${catalog}/components/web\\.yaml:6:1: .*prots.*did you mean ports\\?$`, 'm'));
  t.match(stdout, new RegExp(`^${catalog}/components/store\\.yaml:1:\\d+: `, 'm'));
  t.match(stdout, new RegExp(`^${catalog}/templates/web\\.conf\\.liquid:1:\\d+: `, 'm'));

  const one = await katod(['validate', '--json', join(catalog, 'components/store.yaml')]);
  t.equal(one.code, 1);
  const { problems } = JSON.parse(one.stdout) as { problems: readonly { place: string }[] };
  t.ok(
    problems.length > 0 && problems.every(({ place }) => place.includes('store.yaml')),
    'of that file alone',
  );

  const missing = await katod(['validate', join(catalog, 'nowhere.yaml')]);
  t.equal(missing.code, 1);
  t.match(missing.stdout, /nowhere\.yaml: there is no such file or folder/);
});

t.test('the shipped catalog is valid, and found beside the program', async (t) => {
  const { code, stdout, stderr } = await katod(['validate']);
  t.strictSame([code, stdout.split('\n')[0], stderr], [0, 'no problems', '']);
});

t.test('render shows the component with the parameters of the store, and no secret', async (t) => {
  const catalog = t.testdir({
    ...good,
    'state.yaml':
      'nodes/web-1/role: front\ncluster/params/domain: shop.example\ncluster/params/secret.token: hunter2\n',
  });
  const words = [...here, '--catalog', catalog, '--store', `file:${join(catalog, 'state.yaml')}`];
  const { code, stdout, stderr } = await katod(['render', 'web', ...words]);
  t.equal(code, 0, stderr);
  t.equal(stderr, '');
  t.notMatch(stdout, 'hunter2');
  t.match(stdout, '# parameters: store\n');
  t.match(parse(stdout), {
    name: 'web',
    image: 'example/web:1.2',
    command: ['httpd', '--domain=shop.example'],
    env: { TOKEN: '***!' },
    hostPorts: ['8080/tcp'],
    volumes: { data: '/var/lib/web' },
    probes: { ready: { kind: 'tcp', port: 8080, period: '5s' } },
    files: [{ target: '/etc/web/web.conf', content: 'node web-1\ntoken ***\n' }],
  });
  const json = JSON.parse((await katod(['render', 'web', '--json', ...words])).stdout);
  t.match(json, {
    node: 'web-1',
    roles: ['front'],
    stack: 'tiny',
    digest: /^1:[0-9a-f]{64}$/,
    component: { name: 'web' },
  });
  t.match(
    (await katod(['render', 'store', ...words])).stdout,
    '# roles: front,back\n',
    'as if the node had a role with it',
  );

  const unknown = await katod(['render', 'wbe', ...words]);
  t.equal(unknown.code, 2);
  t.match(unknown.stderr, /stack tiny has no component "wbe"; it has web, store; did you mean web\?/);
});

t.test('render says when it has only the defaults, and what is wrong with the component', async (t) => {
  const catalog = t.testdir(good);
  const words = [...here, '--catalog', catalog, '--store', `file:${join(catalog, 'none.yaml')}`];
  const store = await katod(['render', 'store', ...words]);
  t.equal(store.code, 0);
  t.match(store.stderr, /^katod: this is without the store and a last known good state, since .*none\.yaml/);
  t.match(store.stdout, '# parameters: defaults\n');

  const web = await katod(['render', 'web', ...words]);
  t.equal(web.code, 1);
  t.equal(web.stdout, '');
  t.match(web.stderr, /^katod: web is refused:\n.*web\.yaml:5:.*secret\.token is not set/m);
});

t.test(
  'render goes by what is kept on disk while the store is away, unless that is of another node',
  async (t) => {
    const catalog = t.testdir({ ...good, state: {} });
    const state = join(catalog, 'state');
    const kept = {
      ...NOTHING_ACCEPTED,
      assignment: { stack: 'tiny', roles: ['front'] },
      params: { cluster: { domain: 'kept.example', 'secret.token': 'hunter2' }, node: {} },
    };
    t.equal(await openLastKnownGood(state).write(kept), null);
    t.ok((await rememberIdentity(state, { node: 'web-1', address: '10.0.0.5' })).ok);
    const away = [
      '--state-dir',
      state,
      '--catalog',
      catalog,
      '--store',
      `file:${join(catalog, 'none.yaml')}`,
    ];
    const web = await katod(['render', 'web', ...here, ...away]);
    t.equal(web.code, 0, web.stderr);
    t.match(web.stderr, /^katod: this is by the last known good state on disk, since .*none\.yaml/);
    t.match(web.stdout, '# parameters: disk\n');
    t.match(parse(web.stdout), { command: ['httpd', '--domain=kept.example'], env: { TOKEN: '***!' } });

    const other = await katod(['render', 'store', '--node', 'web-2', ...here.slice(2), ...away]);
    t.match(
      other.stderr,
      /^katod: this is without the store and a last known good state, since .*none\.yaml/,
    );
    t.match(other.stdout, '# parameters: defaults\n');
  },
);

t.test('role shows what a file says, and leaves it to people to edit it', async (t) => {
  const catalog = t.testdir({ ...good, 'state.yaml': 'nodes/web-1/role: front\n' });
  const words = ['--catalog', catalog, '--stack', 'tiny', '--store', `file:${join(catalog, 'state.yaml')}`];
  t.strictSame(await katod(['role', 'web-1', ...words]), { code: 0, stdout: 'web-1: front\n', stderr: '' });
  t.strictSame(await katod(['role', 'web-2', ...words]), {
    code: 0,
    stdout: 'web-2: no role set\n',
    stderr: '',
  });
  const set = await katod(['role', 'web-1', 'back', ...words]);
  t.equal(set.code, 1);
  t.match(set.stderr, /state\.yaml/);
});

t.test('role sets what the stack in force has, and nothing else', async (t) => {
  const etcd = await startEtcd();
  t.teardown(() => etcd.close());
  const catalog = t.testdir(good);
  const words = ['--catalog', catalog, '--etcd', etcd.endpoint];
  await etcd.put('/katod/cluster/stack', 'tiny');

  const first = await katod(['role', 'web-1', ' front, back,front', ...words]);
  t.strictSame(first, { code: 0, stdout: 'web-1: no role set → front,back\n', stderr: '' });
  t.equal(await etcd.get('/katod/nodes/web-1/role'), 'front,back');
  t.equal((await katod(['role', 'web-1', 'none', ...words])).stdout, 'web-1: front,back → none\n');
  const before = await etcd.revision();
  t.equal((await katod(['role', 'web-1', 'none', ...words])).stdout, 'web-1: none, unchanged\n');
  t.strictSame(JSON.parse((await katod(['role', 'web-1', '--json', ...words])).stdout), {
    node: 'web-1',
    roles: 'none',
    before: 'none',
    changed: false,
  });

  for (const [roles, said] of [
    [
      'fornt',
      /stack tiny has no role "fornt"; its roles are front, edge, back, all, or none; did you mean front\?/,
    ],
    ['front,none', /"none" stands alone/],
    ['front,', /stack tiny has no role ""/],
    ['', /stack tiny has no role ""/],
  ] as const) {
    const { code, stdout, stderr } = await katod(['role', 'web-1', roles, ...words]);
    t.equal(code, 2, JSON.stringify(roles));
    t.equal(stdout, '');
    t.match(stderr, said);
  }
  t.equal((await katod(['role', 'Web_1', ...words])).code, 2);
  t.equal(await etcd.revision(), before, 'nothing was written');

  const away = await katod(['role', 'web-1', '--etcd', 'http://127.0.0.1:1']);
  t.equal(away.code, 1);
  t.match(away.stderr, /^katod: .*127\.0\.0\.1:1/);
});
