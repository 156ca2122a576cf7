/** Keys under a lease: written once, back by themselves after whatever has cost the lease, gone with the program. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { EtcdStore } from '../../../src/store/etcd/etcd-store.js';
import { leaseTtl } from '../../../src/store/session.js';
import { startEtcd } from '../../sandbox/etcd.js';
import { startProxy } from '../../sandbox/proxy.js';
import { until } from '../../sandbox/until.js';
import { record } from '../recorder.js';
import { startUnsteady } from './unsteady.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const etcd = await startEtcd();
t.teardown(() => etcd.close());
t.beforeEach(() => etcd.del('/katod/', { prefix: true }));

function openStore(t: Test, endpoint = etcd.endpoint) {
  const store = new EtcdStore({
    endpoints: [endpoint],
    prefix: '/katod',
    node: 'web-1',
    deadline: 5_000,
    relist: 300_000,
  });
  t.teardown(() => store.close());
  return store;
}

interface Found {
  readonly lease?: number;
  readonly version: number;
  readonly create_revision: number;
}

async function found(key: string): Promise<Found | undefined> {
  return JSON.parse(await etcd.ctl('get', `/katod/${key}`, '--write-out=json')).kvs?.[0];
}

const leases = async () => (await etcd.ctl('lease', 'list')).split('\n').slice(1).filter(Boolean);
const gone = (key: string, within = 20_000) =>
  until(`${key} has gone`, async () => (await found(key)) === undefined, { within });
const there = (key: string, value: string, within = 15_000) =>
  until(`${key} is ${value}`, async () => (await etcd.get(`/katod/${key}`)) === value, { within });

t.test('a key is held under a lease, changed, released; a close takes all at once', async (t) => {
  const store = openStore(t);
  const session = store.openSession();
  t.equal(session.held(), null, 'there is none at the start');
  session.hold('status/web-1', 'one');
  session.hold('members/web-1', 'x');
  await until('both stand', () => session.stands('status/web-1') && session.stands('members/web-1'), {
    within: 30_000,
  });
  t.equal(await etcd.get('/katod/status/web-1'), 'one');
  t.ok((await found('status/web-1'))?.lease);
  const held = session.held();
  t.ok(held !== null && held.until - performance.now() > 50_000 && held.until - performance.now() <= 60_000);
  session.hold('status/web-1', 'two');
  t.equal(session.stands('status/web-1'), false, 'until it is written');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  session.hold('status/web-1', 'two');
  t.equal(session.stands('status/web-1'), true, 'the same value is nothing to do');
  t.match(await found('status/web-1'), { version: 2 });
  session.release('members/web-1');
  await gone('members/web-1');
  t.equal(session.problem(), null);
  await session.close();
  t.equal(await found('status/web-1'), undefined);
  t.same(await leases(), []);
  t.equal(session.held(), null);
});

t.test('what stands from before is taken under the lease', async (t) => {
  await etcd.put('/katod/status/web-1', 'one');
  const session = openStore(t).openSession();
  session.hold('status/web-1', 'one');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  t.match(await found('status/web-1'), { version: 2 });
  t.ok((await found('status/web-1'))?.lease);
});

t.test('a settled session writes nothing', async (t) => {
  const session = openStore(t).openSession({ ttl: 3_000 });
  session.hold('status/web-1', 'one');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  const [revision, first] = [await etcd.revision(), session.held()];
  await until('it is kept alive thrice', () => (session.held()?.until ?? 0) > (first?.until ?? 0) + 2_500, {
    within: 20_000,
  });
  t.equal(await etcd.revision(), revision);
  t.equal(session.held()?.since, first?.since);
});

t.test('a lease that is revoked is had anew, with its keys', async (t) => {
  const session = openStore(t).openSession({ ttl: 3_000 });
  session.hold('status/web-1', 'one');
  session.hold('members/web-1', 'x');
  await until('both stand', () => session.stands('status/web-1') && session.stands('members/web-1'), {
    within: 30_000,
  });
  const before = session.held();
  for (const lease of await leases()) await etcd.ctl('lease', 'revoke', lease);
  t.equal(await found('status/web-1'), undefined);
  await there('status/web-1', 'one');
  await there('members/web-1', 'x');
  await until('it is another lease', () => (session.held()?.since ?? 0) > (before?.since ?? 0), {
    within: 30_000,
  });
  t.equal((await leases()).length, 1);
});

t.test('cut off beyond its time, the lease is not held; then the keys are back by themselves', async (t) => {
  const proxy = await startProxy({ target: { port: etcd.port } });
  t.teardown(() => proxy.close());
  const session = openStore(t, `http://127.0.0.1:${proxy.port}`).openSession({ ttl: 3_000 });
  session.hold('status/web-1', 'one');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  await proxy.cut();
  await gone('status/web-1');
  t.equal(session.held(), null, 'not longer than etcd had it');
  t.equal(session.stands('status/web-1'), false);
  t.match(session.problem(), /^store unreachable: .*connection refused/);
  session.hold('status/web-1', 'two');
  await proxy.restore();
  await there('status/web-1', 'two');
  await until('it is held', () => session.held() !== null, { within: 30_000 });
  t.equal(session.problem(), null);
});

t.test('etcd restarted within the lease’s time: nothing is written, and it is the same lease', async (t) => {
  const session = openStore(t).openSession({ ttl: 60_000 });
  session.hold('status/web-1', 'one');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  const held = session.held();
  await etcd.kill();
  await etcd.start();
  const again = performance.now();
  await until('it is kept alive again', () => (session.held()?.until ?? 0) > again + 55_000, {
    within: 20_000,
  });
  t.equal(session.held()?.since, held?.since);
  t.match(await found('status/web-1'), { version: 1 });
});

t.test('a program stopped beyond the lease’s time knows it at once when it goes on', async (t) => {
  const script = `
    import { createInterface } from 'node:readline';
    import { EtcdStore } from './src/store/etcd/etcd-store.ts';
    const store = new EtcdStore({ endpoints: ['${etcd.endpoint}'], prefix: '/katod', node: 'web-1', deadline: 5_000, relist: 300_000 });
    const session = store.openSession({ ttl: 2_000 });
    session.hold('status/web-1', 'one');
    for await (const line of createInterface(process.stdin)) {
      if (line === 'close') break;
      console.log(JSON.stringify({ held: session.held() !== null, stands: session.stands('status/web-1') }));
    }
    await store.close();
    process.stdin.destroy();
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (): Promise<unknown> => {
    child.stdin.write('?\n');
    return JSON.parse((await lines.next()).value ?? 'null');
  };
  await there('status/web-1', 'one');
  await until('it is told', async () => JSON.stringify(await ask()) === '{"held":true,"stands":true}', {
    within: 30_000,
  });
  child.kill('SIGSTOP');
  await gone('status/web-1');
  // Waiting in the pipe, it is answered before anything that etcd says.
  child.stdin.write('?\n');
  child.kill('SIGCONT');
  t.same(JSON.parse((await lines.next()).value ?? ''), { held: false, stands: false });
  await there('status/web-1', 'one');
  child.stdin.write('close\n');
  await once(child, 'exit');
  t.equal(await found('status/web-1'), undefined, 'a clean end takes the key with it');
});

t.test('slow by two seconds each way, the lease is kept and keys are written', async (t) => {
  const unsteady = await startUnsteady(etcd.port);
  t.teardown(() => unsteady.close());
  const session = openStore(t, unsteady.endpoint).openSession({ ttl: 15_000 });
  session.hold('status/web-1', 'one');
  await until('it stands', () => session.stands('status/web-1'), { within: 30_000 });
  const since = session.held()?.since;
  const told = record();
  const following = openStore(t, unsteady.endpoint);
  following.follow(told.tell);
  await told.becomes({});
  unsteady.delay(1_000);
  await etcd.put('/katod/nodes/web-1/role', 'master');
  await told.becomes({ 'nodes/web-1/role': 'master' });
  session.hold('status/web-1', 'two');
  const began = performance.now();
  await until(
    'the lease has had several lives',
    () => performance.now() - began > 18_000 && session.stands('status/web-1'),
    {
      within: 40_000,
    },
  );
  t.equal(await etcd.get('/katod/status/web-1'), 'two');
  t.equal(session.held()?.since, since, 'and never ran out');
  t.ok(
    told.readings.every(({ ok }) => ok),
    'slow is not unreadable',
  );
  t.match(await found('status/web-1'), { version: 2 });
});

t.test('a fifth of all calls fails at random, and all ends right', async (t) => {
  const unsteady = await startUnsteady(etcd.port);
  t.teardown(() => unsteady.close());
  const store = openStore(t, unsteady.endpoint);
  const session = store.openSession({ ttl: 60_000 });
  const told = record();
  store.follow(told.tell);
  await told.becomes({});
  // A grant whose answer is lost leaves a lease that nobody knows.
  await until('there is a lease', () => session.held() !== null, { within: 20_000 });
  unsteady.fail(0.2);
  const began = performance.now();
  const done: string[] = [];
  for (let at = 0; performance.now() - began < 15_000; at += 1) {
    session.hold('status/web-1', `${at}`);
    const key = `cluster/params/p${at}`;
    const written = await store.put(key, 'x').then(
      () => true,
      () => false,
    );
    if (written) done.push(key);
  }
  t.ok(unsteady.failures() > 10, `${unsteady.failures()} failed`);
  t.ok(done.length > 5, `${done.length} were done`);
  unsteady.fail(0);
  for (const key of done) t.match(await found(key), { version: 1 }, key);
  await etcd.put('/katod/cluster/stack', 'last');
  await until(
    'the end is followed',
    () => {
      const last = told.last();
      return (
        typeof last === 'object' && last['cluster/stack'] === 'last' && done.every((key) => last[key] === 'x')
      );
    },
    { within: 20_000 },
  );
  session.hold('status/web-1', 'the end');
  await there('status/web-1', 'the end');
  t.match(await found('status/web-1'), { lease: Number });
  t.equal((await leases()).length, 1, 'one lease was enough');
});

t.test('the keep-alives of a whole cluster stay bounded', async (t) => {
  t.equal(leaseTtl(1), 60_000);
  t.equal(leaseTtl(1_000), 60_000);
  t.equal(leaseTtl(5_000), 300_000);
  for (const members of [1, 999, 1_001, 20_000]) t.ok((members * 3_000) / leaseTtl(members) <= 50);
});
