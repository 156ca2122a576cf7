/** etcd behind TLS: it is followed, and where that fails the sentence names the true cause and a remedy. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import type { TlsFiles } from '../../../src/store/etcd/tls-files.js';
import { startProxy } from '../../sandbox/proxy.js';
import { record, textsOf } from '../recorder.js';
import { openAuthority, rotate } from './authority.js';
import { startSecured } from './secured.js';
import { startUnsteady } from './unsteady.js';

const open = await startSecured();
t.teardown(() => open.close());
const strict = await startSecured({ clientCertificates: true });
t.teardown(() => strict.close());
const stranger = await openAuthority(open.folder, 'another-ca');

function openStore(t: Test, endpoint: string, tls: TlsFiles) {
  const store = new EtcdStore({
    endpoints: [endpoint],
    prefix: '/katod',
    node: 'web-1',
    tls,
    deadline: 5_000,
    relist: 300_000,
  });
  t.teardown(() => store.close());
  return store;
}

t.test('is followed and written to, by name and by address', async (t) => {
  const tls = { ca: open.authority.ca };
  for (const endpoint of [open.endpoint, `https://127.0.0.1:${open.port}`]) {
    const store = openStore(t, endpoint, tls);
    const told = record();
    store.follow(told.tell);
    await store.put('nodes/web-1/role', `master-${endpoint.length}`);
    await told.becomes({ 'nodes/web-1/role': `master-${endpoint.length}` });
    await open.put('/katod/nodes/web-1/role', 'edge');
    await told.becomes({ 'nodes/web-1/role': 'edge' });
    t.same(textsOf(await store.read()), { 'nodes/web-1/role': 'edge' });
  }
});

t.test('without a CA, those that the system trusts count', async (t) => {
  const before = process.env.SSL_CERT_FILE;
  t.teardown(() => {
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  });
  await t.rejects(openStore(t, open.endpoint, {}).read(), {
    message:
      /certificate "etcd-1" is by "the-ca", and not by a CA that this system trusts\): set etcd\.ca to/,
  });
  process.env.SSL_CERT_FILE = open.authority.ca;
  t.ok(await openStore(t, open.endpoint, {}).read());
});

t.test('a client certificate is shown where etcd asks for one', async (t) => {
  const pair = await strict.authority.issue({ name: 'web-1', names: [] });
  t.ok(await openStore(t, strict.endpoint, { ca: strict.authority.ca, ...pair }).read());
});

t.test('what is wrong with etcd’s certificate is told, and mends without a restart', async (t) => {
  const cases: readonly [string, () => Promise<void>, RegExp][] = [
    [
      'another CA',
      () => open.shows({ name: 'etcd-x' }, stranger),
      /\(certificate "etcd-x" is by "another-ca", and not by a CA in \S+the-ca\/ca\.crt\): set etcd\.ca to the file of the CA/,
    ],
    [
      'expired',
      () => open.shows({ name: 'etcd-old', days: -1 }),
      /\(certificate "etcd-old" expired on \d{4}-\d\d-\d\d\): renew it on that member of etcd/,
    ],
    [
      'another host',
      () => open.shows({ name: 'etcd-7', names: ['DNS:etcd-7.example', 'IP:10.0.0.7'] }),
      /\(certificate "etcd-7" is for another host: DNS:etcd-7\.example, IP:10\.0\.0\.7\): name the endpoint as the certificate does, or have localhost put into/,
    ],
    [
      'no host at all',
      () => open.shows({ name: 'etcd-8', names: [] }),
      /\(certificate "etcd-8" is for another host: etcd-8, as a common name, which does not count\)/,
    ],
  ];
  await open.put('/katod/nodes/web-1/role', 'master');
  for (const [what, happens, expected] of cases) {
    await happens();
    const store = openStore(t, open.endpoint, { ca: open.authority.ca });
    const told = record();
    store.follow(told.tell);
    await told.becomes(new RegExp(`^store unreachable: ${open.endpoint} ${expected.source}`));
    await t.rejects(store.read(), { message: expected }, what);
    await open.shows({ name: 'etcd-1' });
    await told.becomes({ 'nodes/web-1/role': 'master' });
    // While the files are exchanged etcd may have a certificate and another's key, which is told as well.
    const same = told.readings.filter((reading) => !reading.ok && expected.test(reading.why));
    t.equal(same.length, 1, `${what} is told once`);
  }
});

t.test('what is wrong with our certificate is told', async (t) => {
  const { ca } = strict.authority;
  const own = await strict.authority.issue({ name: 'web-1' });
  const old = await strict.authority.issue({ name: 'web-old', days: -1 });
  const foreign = await stranger.issue({ name: 'web-x' });
  const cases: readonly [string, TlsFiles, RegExp][] = [
    ['none', { ca }, /\(it asks for a client certificate, and none is set\): set etcd\.cert and etcd\.key$/],
    [
      'expired',
      { ca, ...old },
      /\(it refuses the client certificate \(\S+web-old-\d+\.crt, "web-old" by "the-ca", valid from [\d-]+ to [\d-]+\)\): have one issued for client/,
    ],
    [
      'of another CA',
      { ca, ...foreign },
      /\(it refuses the client certificate \(\S+, "web-x" by "another-ca", valid from/,
    ],
    [
      'with another key',
      { ca, cert: own.cert, key: old.key },
      /\(etcd\.key: \S+web-old-\d+\.key is not the key of the certificate in \S+web-1-\d+\.crt\): put the key and/,
    ],
    [
      'missing',
      { ca, cert: '/nonexistent/a.crt', key: own.key },
      /\(etcd\.cert: there is no file \/nonexistent\/a\.crt\): put it there, or correct etcd\.cert/,
    ],
    [
      'no certificate',
      { ca, cert: own.key, key: own.key },
      /\(etcd\.cert: \S+ holds no certificate\): put a certificate in PEM form/,
    ],
    ['no CA', { ca: own.key }, /\(etcd\.ca: \S+ holds no certificate\): put a/],
    [
      'no key',
      { ca, cert: own.cert, key: own.cert },
      /\(etcd\.key: \S+ holds no key that can be used \(\w+\)\): put a key/,
    ],
  ];
  for (const [what, tls, expected] of cases) {
    await t.rejects(
      openStore(t, strict.endpoint, tls).read(),
      { name: 'StoreError', message: expected },
      what,
    );
  }
});

t.test('an endpoint with the wrong scheme is told', async (t) => {
  await t.rejects(openStore(t, `http://localhost:${open.port}`, {}).read(), {
    message: /\(it speaks TLS\): write https:\/\/ in etcd\.endpoints$/,
  });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const bound = server.address();
  const port = typeof bound === 'object' ? bound?.port : 0;
  await t.rejects(openStore(t, `https://127.0.0.1:${port}`, { ca: open.authority.ca }).read(), {
    message: /\(it does not speak TLS\): write http:\/\/ in etcd\.endpoints/,
  });
});

t.test('certificates that are rotated on disk are taken up without a restart', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'katod-tls-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const pair = { cert: join(folder, 'web-1.crt'), key: join(folder, 'web-1.key') };
  await rotate(await strict.authority.issue({ name: 'web-1' }), pair);
  const proxy = await startProxy({ target: { port: strict.port } });
  t.teardown(() => proxy.close());
  await strict.put('/katod/nodes/web-1/role', 'master');
  const store = openStore(t, `https://localhost:${proxy.port}`, { ca: strict.authority.ca, ...pair });
  const told = record();
  store.follow(told.tell);
  await told.becomes({ 'nodes/web-1/role': 'master' });
  await rotate(await stranger.issue({ name: 'web-1' }), pair);
  await strict.put('/katod/nodes/web-1/role', 'edge');
  await told.becomes({ 'nodes/web-1/role': 'edge' });
  await proxy.cut();
  await proxy.restore();
  await told.becomes(/it refuses the client certificate .*"web-1" by "another-ca"/);
  // Half of a rotation.
  const fresh = await strict.authority.issue({ name: 'web-1' });
  await rotate({ cert: fresh.cert, key: pair.key }, { cert: pair.cert, key: join(folder, 'unused.key') });
  await told.becomes(/etcd\.key: \S+ is not the key of the certificate in/);
  await rotate(fresh, pair);
  await told.becomes({ 'nodes/web-1/role': 'edge' });
  t.same(
    told.readings.map(({ ok }) => ok),
    [true, true, false, false, true],
    'each trouble is told once',
  );
});

t.test('a member that accepts and says nothing is given up', async (t) => {
  const proxy = await startProxy({ target: { port: open.port } });
  t.teardown(() => proxy.close());
  proxy.pause();
  const store = openStore(t, `https://localhost:${proxy.port}`, { ca: open.authority.ca });
  await t.rejects(store.read(), { message: /\(no answer\): check that etcd runs there/ });
});

t.test('a member that takes two seconds for each answer is connected to and read', async (t) => {
  const unsteady = await startUnsteady(open.port);
  t.teardown(() => unsteady.close());
  unsteady.delay(1_000);
  await open.put('/katod/nodes/web-1/role', 'slowly');
  const store = openStore(t, `https://127.0.0.1:${new URL(unsteady.endpoint).port}`, {
    ca: open.authority.ca,
  });
  t.same(textsOf(await store.read()), { 'nodes/web-1/role': 'slowly' });
});
