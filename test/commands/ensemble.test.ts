/** `katod ensemble` on a real etcd, with what agents would have written. */
import t from 'tap';
import { startEtcd } from '../sandbox/etcd.js';
import { katod } from './program.js';

const etcd = await startEtcd();
t.teardown(() => etcd.close());
const run = (...words: readonly string[]) => katod(['ensemble', ...words], { KATOD_ETCD: etcd.endpoint });

const KEY = '/katod/cluster/ensembles/db';

async function tell(node: string, component: object | null): Promise<void> {
  const self = { name: node, address: `10.0.0.${node.slice(4)}`, hostname: node, roles: ['master'] };
  await etcd.put(`/katod/members/${node}`, JSON.stringify({ ...self, machineId: null, version: '1' }));
  const head = { at: 'now', status: 'healthy', hold: null, paused: false, reasons: [] };
  const components = component === null ? [] : [{ name: 'db', ...component }];
  await etcd.put(`/katod/status/${node}`, JSON.stringify({ ...head, components }));
}

const ready = { state: 'running', health: 'ready', current: true };
const waiting = { state: 'missing', health: 'unknown', current: false };
const tellAll = () => Promise.all(['web-1', 'web-2', 'web-3'].map((node) => tell(node, ready)));

t.test('before there is one', async (t) => {
  const { code, stderr } = await run('db');
  t.equal(code, 1);
  t.match(stderr, /there is no ensemble db yet \(there are: none\)/);
  t.match(await run('db', 'grow', 'web-4'), { code: 2, stderr: /"grow" is neither add nor remove/ });
  t.match(await run('db', 'add'), { code: 2, stderr: /add which node\?/ });
  t.match(await run('db', 'add', 'web-4', 'web-5'), { code: 2 }, 'never two in one step');
});

t.test('shown, as its members have told', async (t) => {
  await tellAll();
  await etcd.put(KEY, '1=web-1,2=web-2,3=web-3');
  t.match((await run('db', 'add', 'web-4')).stderr, /no node web-4 is known/);
  await tell('web-4', waiting);
  t.match(
    (await run('db', 'add', 'web-4')).stderr,
    /web-1 has not told how it is since/,
    'what is old does not count',
  );
  await tellAll();
  await tell('web-2', { ...ready, health: 'failing' });
  const { stdout } = await run('db');
  t.equal(
    stdout,
    [
      'NUMBER  NODE   ADDRESS   STATE    HEALTH   READY',
      '1       web-1  10.0.0.1  running  ready    yes',
      '2       web-2  10.0.0.2  running  failing  no',
      '3       web-3  10.0.0.3  running  ready    yes',
      '2 of 3 members are ready, 2 are a quorum',
      '',
    ].join('\n'),
  );
  t.match(JSON.parse((await run('db', '--json')).stdout), {
    component: 'db',
    quorum: 2,
    members: [{ number: 1, node: 'web-1', ready: true }, { ready: false }, {}],
  });
  t.match(await run('db', 'add', 'web-4'), { code: 1, stderr: /db of member web-2 is running, failing/ });
  t.equal(await etcd.get(KEY), '1=web-1,2=web-2,3=web-3');
});

t.test('changed by one at a time', async (t) => {
  await tellAll();
  t.match(await run('db', 'add', 'web-4'), {
    code: 0,
    stdout: /^db: 1=.*3=web-3 → 1=.*,4=web-4\n4 members can/,
  });
  t.equal(await etcd.get(KEY), '1=web-1,2=web-2,3=web-3,4=web-4');
  await tell('web-5', waiting);
  t.match(
    await run('db', 'add', 'web-5'),
    { code: 1, stderr: /has not told/ },
    'not before the first has settled',
  );
  await tellAll();
  await etcd.del('/katod/status/web-4');
  const removed = await run('db', 'remove', 'web-4', '--json');
  t.strictSame(JSON.parse(removed.stdout), {
    component: 'db',
    before: '1=web-1,2=web-2,3=web-3,4=web-4',
    after: '1=web-1,2=web-2,3=web-3',
    notes: [],
  });
  await tellAll();
  t.match(await run('db', 'remove', 'web-3'), {
    code: 1,
    stderr: /take its role away first, katod role web-3 none/,
  });
  t.match(await run('db', 'remove', 'web-3', '--force'), { code: 0 });
  t.equal(await etcd.get(KEY), '1=web-1,2=web-2');
});

t.test('one whose data a quorum must have is never joined by a second', async (t) => {
  await etcd.put(KEY, '1=web-1');
  await etcd.put('/katod/cluster/components/db', 'image: db:1\ndisruption: { joins: last }\n');
  await tell('web-1', ready);
  await tell('web-2', waiting);
  t.match(await run('db', 'add', 'web-2'), {
    code: 1,
    stderr: /takes over its data from a quorum.*start anew/,
  });
  t.equal(await etcd.get(KEY), '1=web-1');
  await etcd.put(KEY, '1=web-1,2=web-2,3=web-3');
  await tellAll();
  await tell('web-4', waiting);
  await etcd.put('/katod/rolls/db/d1/web-1', 'ready');
  await etcd.put('/katod/rolls/db/d1/web-2', 'begun');
  t.match(await run('db', 'add', 'web-4'), {
    code: 1,
    stderr: /db of web-2 has not been ready for 10 s yet/,
  });
  for (const node of ['web-2', 'web-3']) await etcd.put(`/katod/rolls/db/d1/${node}`, 'ready');
  t.match(await run('db', 'add', 'web-4'), { code: 0 });
});
