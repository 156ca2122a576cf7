/** The file store under the ways in which files are changed. */

import { mkdir, mkdtemp, open, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FileStore } from '../../src/store/file.js';
import { record } from './recorder.js';

async function folder(t: Test): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'katod-file-store-'));
  t.teardown(() => rm(made, { recursive: true, force: true }));
  return made;
}

function follow(t: Test, path: string, poll = 3_600_000) {
  const store = new FileStore({ path, node: 'web-1', poll });
  t.teardown(() => store.close());
  const told = record();
  store.follow(told.tell);
  return { store, told };
}

const role = (of: string) => `nodes/web-1/role: ${of}\n`;

t.test('an editor that renames', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { told } = follow(t, path);
  await told.becomes({ 'nodes/web-1/role': 'a' });
  for (const word of ['b', 'c', 'd']) {
    await writeFile(`${path}.tmp`, role(word));
    await rename(`${path}.tmp`, path);
    await told.becomes({ 'nodes/web-1/role': word });
  }
  t.ok(
    told.readings.every((reading) => reading.ok),
    'never told as unreadable',
  );
});

t.test('a symlink that is swapped', async (t) => {
  const base = await folder(t);
  for (const word of ['a', 'b']) await writeFile(join(base, word), role(word));
  const path = join(base, 's.yaml');
  await symlink('a', path);
  const { told } = follow(t, path);
  await told.becomes({ 'nodes/web-1/role': 'a' });
  await symlink('b', `${path}.tmp`);
  await rename(`${path}.tmp`, path);
  await told.becomes({ 'nodes/web-1/role': 'b' });
});

t.test('a volume whose ..data link is swapped', async (t) => {
  const base = await folder(t);
  for (const word of ['a', 'b']) {
    await mkdir(join(base, `..${word}`));
    await writeFile(join(base, `..${word}`, 's.yaml'), role(word));
  }
  await symlink('..a', join(base, '..data'));
  await symlink('..data/s.yaml', join(base, 's.yaml'));
  const { told } = follow(t, join(base, 's.yaml'));
  await told.becomes({ 'nodes/web-1/role': 'a' });
  await symlink('..b', join(base, '..tmp'));
  await rename(join(base, '..tmp'), join(base, '..data'));
  await told.becomes({ 'nodes/web-1/role': 'b' });
});

t.test('a target in another folder, which only the poll sees', async (t) => {
  const elsewhere = join(await folder(t), 'target');
  const path = join(await folder(t), 's.yaml');
  await writeFile(elsewhere, role('a'));
  await symlink(elsewhere, path);
  const { told } = follow(t, path, 200);
  await told.becomes({ 'nodes/web-1/role': 'a' });
  await writeFile(elsewhere, role('b'));
  await told.becomes({ 'nodes/web-1/role': 'b' });
});

t.test('a folder that is not there yet, goes, and comes again', async (t) => {
  const base = join(await folder(t), 'later');
  const path = join(base, 's.yaml');
  const { told } = follow(t, path, 200);
  await told.becomes(/there is no such file/);
  for (const word of ['a', 'b']) {
    await mkdir(base);
    await writeFile(path, role(word));
    await told.becomes({ 'nodes/web-1/role': word });
    await rm(base, { recursive: true });
    await told.becomes(/there is no such file/);
  }
});

t.test('a broken file is told with its place, and then its correction', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { told } = follow(t, path);
  await told.becomes({ 'nodes/web-1/role': 'a' });
  await writeFile(path, `${role('a')}cluster/params/x: [1\n`);
  await told.becomes(/^store unreadable: .*s\.yaml:\d+:\d+: .*: correct it$/);
  await unlink(path);
  await told.becomes(/there is no such file/);
  await writeFile(path, role('b'));
  await told.becomes({ 'nodes/web-1/role': 'b' });
});

t.test('a file that is written in steps is told when it is whole', async (t) => {
  const path = join(await folder(t), 's.yaml');
  const whole = (word: string) =>
    Array.from({ length: 2_000 }, (_, at) => `cluster/params/p${at}: "${word}"\n`).join('');
  await writeFile(path, whole('a'));
  const { told } = follow(t, path);
  await told.becomes(
    Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`cluster/params/p${at}`, 'a'])),
  );
  const file = await open(path, 'w');
  const content = whole('b');
  for (let at = 0; at < content.length; at += 4_096) await file.write(content.slice(at, at + 4_096));
  await file.close();
  await told.becomes(
    Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`cluster/params/p${at}`, 'b'])),
  );
  t.ok(
    told.readings.every((reading) => reading.ok && reading.snapshot.entries.size === 2_000),
    'no part of it was told',
  );
});

t.test('put refuses with what to write', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { store } = follow(t, path);
  await t.rejects(store.put('nodes/web-1/role', 'edge'), {
    name: 'StoreError',
    message: `the store is the file ${path}, which people edit: write "nodes/web-1/role: edge" there`,
  });
});

t.test('every other write refuses as well', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { store } = follow(t, path);
  const set = { name: 'StoreError', message: /which people edit: write "cluster\/id: x" there$/ };
  const remove = { name: 'StoreError', message: /which people edit: remove "cluster\/id" there$/ };
  await t.rejects(store.create('cluster/id', 'x'), set);
  await t.rejects(store.putIf('cluster/id', 'x'), set);
  await t.rejects(store.deleteIf('cluster/id'), remove);
  await t.rejects(store.delete('cluster/id'), remove);
  await t.rejects(new FileStore({ path: `${path}.none`, node: 'web-1' }).list('members/'), {
    name: 'StoreError',
    message: /s\.yaml\.none: there is no such file/,
  });
});

t.test('its session holds for ever, and writes nothing', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { store } = follow(t, path);
  const session = store.openSession();
  session.hold('status/web-1', '{}');
  t.equal(session.stands('status/web-1'), true);
  t.equal(session.held()?.until, Number.POSITIVE_INFINITY);
  session.release('status/web-1');
  t.equal(session.stands('status/web-1'), false);
  t.equal(session.problem(), null);
  t.equal(await readFile(path, 'utf8'), role('a'));
  await session.close();
  t.equal(session.held(), null);
});

t.test('the revision is of the content', async (t) => {
  const path = join(await folder(t), 's.yaml');
  await writeFile(path, role('a'));
  const { store } = follow(t, path);
  const { revision } = await store.read();
  await writeFile(path, role('b'));
  t.not((await store.read()).revision, revision);
  await writeFile(path, role('a'));
  t.equal((await store.read()).revision, revision);
});
