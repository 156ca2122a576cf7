/** etcd with users: logging in, tokens that end, rights that are missing; each told in words, each mending by itself. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openAccess } from '../../../src/store/etcd/access.js';
import { EtcdConnection } from '../../../src/store/etcd/connection.js';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { nodeKeys } from '../../../src/store/etcd/keys.js';
import { list } from '../../../src/store/etcd/list.js';
import { watch } from '../../../src/store/etcd/watch.js';
import { openStore as openStoreOf } from '../../../src/store/open.js';
import { until } from '../../sandbox/until.js';
import { limits } from '../limits.js';
import { record } from '../recorder.js';
import { type Secured, startSecured, type UserWanted } from './secured.js';

/** What an agent needs; the README says the same. */
const agentRights: UserWanted['rights'] = [
  ['read', '/katod/cluster/'],
  ['read', '/katod/nodes/web-1/'],
  ['readwrite', '/katod/cluster/id'],
  ['readwrite', '/katod/cluster/ensembles/'],
  ['readwrite', '/katod/members/web-1'],
  ['readwrite', '/katod/status/web-1'],
];

const folder = await mkdtemp(join(tmpdir(), 'katod-users-'));
t.teardown(() => rm(folder, { recursive: true }));
let files = 0;

async function passwordFile(password: string): Promise<string> {
  files += 1;
  const path = join(folder, `password-${files}`);
  await writeFile(path, password);
  return path;
}

interface As {
  readonly name: string;
  readonly passwordFile: string;
}

function openStore(t: Test, etcd: Secured, user: As | null, relist = 300_000) {
  const store = new EtcdStore({
    endpoints: [etcd.endpoint],
    prefix: '/katod',
    node: 'web-1',
    tls: { ca: etcd.authority.ca },
    user,
    deadline: 5_000,
    relist,
  });
  t.teardown(() => store.close());
  return store;
}

async function secured(t: Test, rights = agentRights, flags: readonly string[] = []): Promise<Secured> {
  const etcd = await startSecured({ flags });
  t.teardown(() => etcd.close());
  await etcd.put('/katod/nodes/web-1/role', 'master');
  await etcd.enableUsers([{ name: 'web-1', password: 'right', rights }]);
  return etcd;
}

t.test('a wrong password or user is told, and mends without a restart', async (t) => {
  const etcd = await secured(t);
  const file = await passwordFile('wrong\n');
  const told = record();
  openStore(t, etcd, { name: 'web-1', passwordFile: file }).follow(told.tell);
  await told.becomes(
    /^store refused: https:\S+ \(no user "web-1" with the password in \S+\): correct the password there .*etcdctl user passwd web-1/,
  );
  await writeFile(file, 'right\n');
  await told.becomes({ 'nodes/web-1/role': 'master' });
  t.same(
    told.readings.map(({ ok }) => ok),
    [false, true],
    'told once',
  );

  await t.rejects(openStore(t, etcd, { name: 'web-2', passwordFile: file }).read(), {
    message: /\(no user "web-2" with the password in/,
  });
  await t.rejects(openStore(t, etcd, { name: 'web-1', passwordFile: '/nonexistent/p' }).read(), {
    message: /\(etcd\.passwordFile: there is no file \/nonexistent\/p\): put it there/,
  });
  await t.rejects(openStore(t, etcd, { name: 'web-1', passwordFile: await passwordFile('\n') }).read(), {
    message: /\(etcd\.passwordFile: \S+ is empty\): write the password into it/,
  });
  await t.rejects(openStore(t, etcd, null).read(), {
    message: /^store refused: .*it has users, and this program is none of them .*: set etcd\.username and/,
  });
});

t.test('a password that is changed under a running agent is told, and mends from either side', async (t) => {
  const etcd = await secured(t);
  const file = await passwordFile('right');
  const told = record();
  openStore(t, etcd, { name: 'web-1', passwordFile: file }, 500).follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  await etcd.password('web-1', 'fresh');
  await told.becomes(/no user "web-1" with the password in/);
  await writeFile(file, 'fresh');
  await told.becomes({ 'nodes/web-1/role': 'master' });
  await etcd.password('web-1', 'other');
  await told.becomes(/no user "web-1" with the password in/);
  await etcd.password('web-1', 'fresh');
  await told.becomes({ 'nodes/web-1/role': 'master' }, 30_000);
  t.same(
    told.readings.map(({ ok }) => ok),
    [true, false, true, false, true],
  );
});

t.test('a token that has expired is had anew, for calls and for watches', async (t) => {
  const etcd = await secured(t, agentRights, ['--auth-token-ttl', '1']);
  const user = { name: 'web-1', passwordFile: await passwordFile('right') };
  const told = record();
  // Each list comes when the token has long expired.
  const store = openStore(t, etcd, user, 2_500);
  store.follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  const began = performance.now();
  let times = 0;
  await until(
    'it is followed through several lifetimes of a token',
    async () => {
      times += 1;
      await etcd.put('/katod/nodes/web-1/role', `edge-${times}`);
      await told.becomes({ 'nodes/web-1/role': `edge-${times}` });
      await store.put('status/web-1', `${times}`);
      return performance.now() - began > 8_000;
    },
    { within: 30_000 },
  );
  t.ok(
    told.readings.every(({ ok }) => ok),
    'and never told as trouble',
  );
});

t.test('a watch that is refused for its token ends, and the next token is another', async (t) => {
  const etcd = await secured(t);
  const user = { name: 'web-1', passwordFile: await passwordFile('right') };
  const connection = await EtcdConnection.open({
    endpoint: etcd.endpoint,
    access: openAccess({ files: { ca: etcd.authority.ca }, user }),
    deadline: 5_000,
    signal: new AbortController().signal,
  });
  t.teardown(() => connection.close());
  const keys = nodeKeys('/katod', 'web-1');
  const from = await list({ connection, keys, partly: false });
  const token = await connection.token();
  // Ends all tokens of the user.
  await etcd.password('web-1', 'right');
  const watched = watch({
    ...{ connection, keys, from, changed: () => undefined },
    until: new AbortController().signal,
  });
  await t.rejects(watched, { name: 'EtcdFault', message: /invalid auth token|permission denied/ });
  t.not(await connection.token(), token);
});

t.test('etcd restarted with users on is followed on', async (t) => {
  // Tokens that have expired are not restored with etcd's log.
  const etcd = await secured(t, agentRights, ['--auth-token-ttl', '1']);
  const told = record();
  openStore(t, etcd, { name: 'web-1', passwordFile: await passwordFile('right') }).follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  await etcd.kill();
  await told.becomes(/connection refused/);
  await etcd.start();
  await etcd.put('/katod/nodes/web-1/role', 'edge');
  await told.becomes({ 'nodes/web-1/role': 'edge' }, 15_000);
});

t.test('users that are only switched on later', async (t) => {
  const etcd = await startSecured();
  t.teardown(() => etcd.close());
  await etcd.put('/katod/nodes/web-1/role', 'master');
  const [known, unknown] = [record(), record()];
  openStore(t, etcd, { name: 'web-1', passwordFile: await passwordFile('right') }, 500).follow(known.tell);
  openStore(t, etcd, null, 500).follow(unknown.tell);
  await known.becomes({ 'nodes/web-1/role': 'master' });
  await unknown.becomes({ 'nodes/web-1/role': 'master' });
  await etcd.enableUsers([{ name: 'web-1', password: 'right', rights: agentRights }]);
  await unknown.becomes(/it has users, and this program is none of them/);
  await etcd.put('/katod/nodes/web-1/role', 'edge');
  await known.becomes({ 'nodes/web-1/role': 'edge' });
  t.ok(
    known.readings.every(({ ok }) => ok),
    'whoever has a user notices nothing',
  );
});

t.test('a client certificate’s common name is a user', async (t) => {
  const etcd = await startSecured({ clientCertificates: true });
  t.teardown(() => etcd.close());
  await etcd.put('/katod/nodes/web-1/role', 'master');
  await etcd.enableUsers([{ name: 'web-1', rights: agentRights }]);
  const storeAs = async (name: string) => {
    const tls = { ca: etcd.authority.ca, ...(await etcd.authority.issue({ name, names: [] })) };
    const { endpoint } = etcd;
    const store = new EtcdStore({
      ...{ endpoints: [endpoint], prefix: '/katod', node: 'web-1', tls },
      ...{ deadline: 5_000, relist: 300_000 },
    });
    t.teardown(() => store.close());
    return store;
  };
  const told = record();
  const store = await storeAs('web-1');
  store.follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  await store.put('status/web-1', '{}');
  t.equal(await etcd.get('/katod/status/web-1'), '{}');
  await t.rejects((await storeAs('web-2')).read(), {
    message:
      /^store refused: \S+ \(user "web-2" of the client certificate may not read \/katod\/cluster\/\): etcdctl role grant-permission ROLE read \/katod\/cluster\/ --prefix=true/,
  });
});

t.test('a part that is refused is told, and the other is followed on', async (t) => {
  const etcd = await secured(t);
  await etcd.put('/katod/cluster/stack', 'core');
  const user = { name: 'web-1', passwordFile: await passwordFile('right') };
  const store = openStore(t, etcd, user, 500);
  const [partly, wholly] = [record(), record()];
  store.follow(partly.tell, { partly: true });
  store.follow(wholly.tell);
  const all = { 'cluster/stack': 'core', 'nodes/web-1/role': 'master' };
  await partly.becomes(all);
  await wholly.becomes(all);

  await etcd.revoke('web-1', ['read', '/katod/cluster/']);
  await wholly.becomes(
    /^store refused: \S+ \(user "web-1" may not read \/katod\/cluster\/\): etcdctl role grant/,
  );
  await partly.becomes({ 'nodes/web-1/role': 'master' });
  t.match(partly.readings.at(-1), {
    ok: true,
    snapshot: {
      refused: [
        {
          prefix: 'cluster/',
          why: /^store refused: user "web-1" may not read \/katod\/cluster\/: etcdctl role grant-permission ROLE read/,
        },
      ],
    },
  });
  await etcd.put('/katod/nodes/web-1/role', 'edge');
  await partly.becomes({ 'nodes/web-1/role': 'edge' });
  await t.rejects(
    store.read(),
    { message: /may not read \/katod\/cluster\// },
    'a command gets all or nothing',
  );

  await etcd.grant('web-1', ['read', '/katod/cluster/']);
  await partly.becomes({ 'cluster/stack': 'core', 'nodes/web-1/role': 'edge' });
  await wholly.becomes({ 'cluster/stack': 'core', 'nodes/web-1/role': 'edge' });
  t.ok(partly.readings.every(({ ok }) => ok));

  await etcd.revoke('web-1', ['read', '/katod/cluster/']);
  await etcd.revoke('web-1', ['read', '/katod/nodes/web-1/']);
  await partly.becomes(/^store refused: \S+ \(user "web-1" may not read \/katod\/cluster\/\)/);
});

t.test('an agent needs no more than the rights that the README names', async (t) => {
  const etcd = await secured(t);
  await etcd.put('/katod/cluster/stack', 'core');
  const store = await openStoreOf({
    settings: {
      store: {
        ...{ kind: 'etcd', endpoints: [etcd.endpoint], prefix: '/katod', ca: etcd.authority.ca },
        ...{ username: 'web-1', passwordFile: await passwordFile('right\n') },
      },
      limits,
    },
    node: 'web-1',
  });
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell, { partly: true });
  await told.becomes({ 'cluster/stack': 'core', 'nodes/web-1/role': 'master' });
  t.equal((await store.create('cluster/id', 'abc')).done, true);
  await store.put('members/web-1', '{}');
  const session = store.openSession();
  session.hold('status/web-1', '{}');
  await until('the status stands', () => session.stands('status/web-1'), { within: 30_000 });
  t.equal(session.problem(), null);

  session.hold('status/web-2', '{}');
  await until('it is told what may not be written', () => session.problem() !== null, { within: 30_000 });
  t.match(
    session.problem(),
    /^store refused: user "web-1" may not read \/katod\/status\/web-2: etcdctl role grant-permission ROLE readwrite \/katod\/status\/web-2,/,
  );
  session.hold('status/web-1', '{"a":1}');
  await until('other keys are written all the same', () => session.stands('status/web-1'), {
    within: 30_000,
  });
  await etcd.grant('web-1', ['readwrite', '/katod/status/web-2']);
  await until('it mends by itself', () => session.stands('status/web-2'), { within: 30_000 });
  t.equal(session.problem(), null);
  await session.close();
  t.equal(await etcd.get('/katod/status/web-1'), '', 'and the lease may be given back');
  for (const key of ['members/web-2', 'nodes/web-1/role', 'cluster/stack'])
    await t.rejects(store.put(key, 'x'), { message: /user "web-1" may not/ }, key);
  await t.rejects(store.list('members/'), {
    message: /user "web-1" may not read \/katod\/members\/\): etcdctl/,
  });
});

t.test('what may not be written is told with the key', async (t) => {
  const etcd = await secured(t);
  const store = openStore(t, etcd, { name: 'web-1', passwordFile: await passwordFile('right') });
  await store.put('status/web-1', '{}');
  await t.rejects(store.put('cluster/stack', 'x'), {
    name: 'StoreError',
    message:
      /^store refused: \S+ \(user "web-1" may not write \/katod\/cluster\/stack\): etcdctl role grant-permission ROLE readwrite \/katod\/cluster\/stack, for a role of that user$/,
  });
  t.equal(await etcd.get('/katod/cluster/stack'), '');
});
