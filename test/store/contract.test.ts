/** What every store does, asked of each of them. */

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { openStore } from '../../src/store/open.js';
import { type Store, StoreError } from '../../src/store/store.js';
import { startEtcd } from '../sandbox/etcd.js';
import { limits } from './limits.js';
import { record, textsOf } from './recorder.js';

/** A store in the hands of an operator. */
interface Bench {
  readonly unreadable: RegExp;
  open(): Promise<Store>;
  /** All there is from now on. */
  has(entries: Readonly<Record<string, string>>): Promise<void>;
  breaks(): Promise<void>;
  mends(): Promise<void>;
  close(): Promise<void>;
}

async function etcdBench(): Promise<Bench> {
  const etcd = await startEtcd();
  return {
    unreadable: /^store unreachable: http:\/\/127\.0\.0\.1:\d+ \(connection refused\): check /,
    open: () =>
      openStore({
        settings: { store: { kind: 'etcd', endpoints: [etcd.endpoint], prefix: '/katod' }, limits },
        node: 'web-1',
      }),
    async has(entries) {
      const before = await etcd.list('/katod/');
      for (const [key, value] of Object.entries(entries)) {
        if (before[`/katod/${key}`] !== value) await etcd.put(`/katod/${key}`, value);
      }
      for (const key of Object.keys(before)) {
        if (entries[key.slice('/katod/'.length)] === undefined) await etcd.del(key);
      }
    },
    breaks: () => etcd.kill(),
    mends: () => etcd.start(),
    close: () => etcd.close(),
  };
}

async function fileBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'katod-file-store-'));
  const path = join(folder, 'store.yaml');
  return {
    unreadable: /^store unreadable: .*store\.yaml: there is no such file: create it/,
    open: () => openStore({ settings: { store: { kind: 'file', path }, limits }, node: 'web-1' }),
    has: (entries) => writeFile(path, stringify(entries)),
    breaks: () => rename(path, `${path}.away`),
    mends: () => rename(`${path}.away`, path),
    close: () => rm(folder, { recursive: true }),
  };
}

for (const [kind, openBench] of [
  ['etcd', etcdBench],
  ['file', fileBench],
] as const) {
  t.test(`the ${kind} store`, async (t) => {
    const bench = await openBench();
    t.teardown(() => bench.close());

    const follow = async (t: Test) => {
      const store = await bench.open();
      t.teardown(() => store.close());
      const told = record();
      return { store, told, following: store.follow(told.tell) };
    };

    t.test('tells what concerns the node, and nothing else', async (t) => {
      await bench.has({
        'nodes/web-1/role': 'master,edge',
        'nodes/web-1/params/vip': '10.0.0.9',
        'nodes/web-10/role': 'other',
        'nodes/web/role': 'other',
        'cluster/stack': 'core',
        'clusters/x': 'other',
        'members/web-1': '{}',
      });
      const { store, told } = await follow(t);
      const expected = {
        'cluster/stack': 'core',
        'nodes/web-1/params/vip': '10.0.0.9',
        'nodes/web-1/role': 'master,edge',
      };
      await told.becomes(expected);
      t.same(textsOf(await store.read()), expected, 'and reads the same');
      t.equal(store.kind, kind);
    });

    t.test('lists a folder', async (t) => {
      await bench.has({
        'members/web-2': 'two',
        'members/web-1': 'one',
        'membership/x': 'other',
        'cluster/stack': 'core',
      });
      const { store } = await follow(t);
      const listed = await store.list('members/');
      t.same(
        listed.map(({ key, value }) => [key, Buffer.from(value).toString('utf8')]),
        [
          ['members/web-1', 'one'],
          ['members/web-2', 'two'],
        ],
      );
      t.match(listed[0]?.revision, /^[0-9a-f]+$/);
      const one = await store.get(listed[0]?.key ?? '');
      t.same(one, listed[0], 'or one key of it');
      t.equal(await store.get('members/nobody'), null);
    });

    t.test('keeps values to the byte', async (t) => {
      const values = {
        'cluster/params/lines': 'one\ntwo\n\n  three\n',
        'cluster/params/spaces': '  x ',
        'cluster/params/letters': 'κάτω — ✓ 🎈',
        'cluster/params/number': '1.0',
        'cluster/params/flag': 'true',
        'cluster/params/long': 'x'.repeat(1_000_000),
        'nodes/web-1/role': '',
      };
      await bench.has(values);
      const { store } = await follow(t);
      t.same(textsOf(await store.read()), Object.fromEntries(Object.entries(values).sort()));
    });

    t.test('tells each change once: a key added, changed, removed', async (t) => {
      await bench.has({ 'cluster/stack': 'core', 'nodes/web-1/role': 'master' });
      const { told, following } = await follow(t);
      await told.becomes({ 'cluster/stack': 'core', 'nodes/web-1/role': 'master' });
      following.refresh();
      await bench.has({ 'cluster/stack': 'core', 'nodes/web-1/role': 'edge' });
      await told.becomes({ 'cluster/stack': 'core', 'nodes/web-1/role': 'edge' });
      following.refresh();
      following.refresh();
      await bench.has({ 'cluster/stack': 'core', 'nodes/web-1/role': 'edge', 'nodes/web-2/role': 'node' });
      await bench.has({ 'nodes/web-1/role': 'edge', 'nodes/web-2/role': 'node' });
      await told.becomes({ 'nodes/web-1/role': 'edge' });
      t.equal(told.readings.length, 3, 'no reading told twice');
    });

    t.test('reads shared folders once they are asked for', async (t) => {
      await bench.has({ 'nodes/web-1/role': 'master', 'members/web-2': '{}', 'slots/quorum/0': '{}' });
      const { told, following } = await follow(t);
      await told.becomes({ 'nodes/web-1/role': 'master' });
      following.share(['members/']);
      following.share(['members/']);
      if (kind === 'file') {
        await bench.has({ 'nodes/web-1/role': 'edge', 'members/web-2': '{}' });
        await told.becomes({ 'nodes/web-1/role': 'edge' });
        return;
      }
      await told.becomes({ 'members/web-2': '{}', 'nodes/web-1/role': 'master' });
      t.match(told.readings.at(-1), { snapshot: { shared: ['members/'] } });
      await bench.has({ 'nodes/web-1/role': 'master', 'members/web-2': '{}', 'members/web-3': '{}' });
      await told.becomes({ 'members/web-2': '{}', 'members/web-3': '{}', 'nodes/web-1/role': 'master' });
      following.share([]);
      await told.becomes({ 'nodes/web-1/role': 'master' });
    });

    t.test('having no key of this node is a good reading', async (t) => {
      await bench.has({ 'nodes/web-2/role': 'node' });
      const { told } = await follow(t);
      await told.becomes({});
    });

    t.test('tells once that it is unreadable, and once that it is readable again', async (t) => {
      await bench.has({ 'nodes/web-1/role': 'master' });
      const { store, told, following } = await follow(t);
      await told.becomes({ 'nodes/web-1/role': 'master' });
      await bench.breaks();
      await told.becomes(bench.unreadable);
      following.refresh();
      await t.rejects(store.read(), StoreError);
      await t.rejects(store.read(), { message: bench.unreadable });
      await bench.mends();
      await told.becomes({ 'nodes/web-1/role': 'master' });
      t.same(
        told.readings.map((reading) => reading.ok),
        [true, false, true],
      );
    });

    t.test('begins unreadable as well, and finds what comes', async (t) => {
      await bench.has({ 'nodes/web-1/role': 'master' });
      await bench.breaks();
      const { told } = await follow(t);
      await told.becomes(bench.unreadable);
      await bench.mends();
      await told.becomes({ 'nodes/web-1/role': 'master' });
      await bench.has({ 'nodes/web-1/role': 'none' });
      await told.becomes({ 'nodes/web-1/role': 'none' });
    });

    t.test('tells several followers, and none after its close', async (t) => {
      await bench.has({ 'nodes/web-1/role': 'a' });
      const { store, told, following } = await follow(t);
      const other = record();
      store.follow(other.tell);
      await told.becomes({ 'nodes/web-1/role': 'a' });
      await other.becomes({ 'nodes/web-1/role': 'a' });
      await following.close();
      await bench.has({ 'nodes/web-1/role': 'b' });
      await other.becomes({ 'nodes/web-1/role': 'b' });
      await store.close();
      await store.close();
      t.equal(told.readings.length, 1);
    });
  });
}
