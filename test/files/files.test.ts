import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import t from 'tap';
import { openFileRoom } from '../../src/files/files.js';
import { spec } from '../plan/world.js';

const base = spec('web');
const files = [
  { target: '/etc/web/web.conf', content: 'one' },
  { target: '/etc/web/other.conf', content: 'two' },
  { target: '/srv/page', content: 'three' },
];
const web = { ...base, digest: '1:abc', shape: { ...base.shape, files } };

const live = (contents: Readonly<Record<string, string>>) =>
  Object.entries(contents).map(([target, content]) => ({
    target,
    content,
    digest: `hash of ${content}`,
    onChange: { signal: 'SIGHUP' },
  }));
/** With files that change under it beside those that it is made of. */
const alive = (contents: Readonly<Record<string, string>>) => ({
  ...web,
  shape: { ...web.shape, liveFolders: ['/etc/web', '/run/web'] },
  files: { live: live(contents), validate: [], digest: '' },
});

t.test('files are written once, readable by all, a folder for each folder', async (t) => {
  const folder = t.testdir();
  const room = openFileRoom(folder);
  const folders = await room.place(web);
  t.same([...folders.keys()], ['/etc/web', '/srv']);
  const conf = join(folders.get('/etc/web') ?? '', 'web.conf');
  t.equal(readFileSync(conf, 'utf8'), 'one');
  t.equal(statSync(conf).mode & 0o777, 0o644);
  t.same(readdirSync(folders.get('/etc/web') ?? ''), ['other.conf', 'web.conf'], 'nothing staged is left');
  const { ino } = statSync(conf);
  await room.place(web);
  t.equal(statSync(conf).ino, ino, 'what is as it should be is left alone');
  writeFileSync(conf, 'tampered');
  await room.place(web);
  t.equal(readFileSync(conf, 'utf8'), 'one');
});

t.test('a successor has a folder of its own, and old folders go', async (t) => {
  const folder = t.testdir();
  const room = openFileRoom(folder);
  const before = await room.place(web);
  const after = await room.place({ ...web, digest: '1:def' });
  t.not(before.get('/srv'), after.get('/srv'));
  await room.prune('web', new Set(['1:def']));
  t.same(readdirSync(join(folder, 'web')), ['1-def']);
  await room.prune('nosuch', new Set());
});

t.test('a file changes in the folder that is mounted, whole, and what was taken up is noted', async (t) => {
  const room = openFileRoom(t.testdir());
  const before = alive({ '/etc/web/live.conf': 'a', '/run/web/gone.conf': 'b' });
  t.equal(await room.takenUp(before), null, 'nothing was put there yet');
  const folders = await room.place(before);
  await room.noteTakenUp(before);
  const at = (target: string) => join(folders.get(dirname(target)) ?? '', basename(target));
  t.strictSame(
    await room.takenUp(before),
    new Map([
      ['/etc/web/live.conf', 'hash of a'],
      ['/run/web/gone.conf', 'hash of b'],
    ]),
  );
  const { ino } = statSync(dirname(at('/etc/web/live.conf')));

  const after = alive({ '/etc/web/live.conf': 'c' });
  await room.place(after, 'kept');
  t.equal(readFileSync(at('/etc/web/live.conf'), 'utf8'), 'a');
  t.strictSame(await room.place(after), folders);
  t.equal(readFileSync(at('/etc/web/live.conf'), 'utf8'), 'c');
  t.equal(statSync(dirname(at('/etc/web/live.conf'))).ino, ino, 'the folder is the same');
  t.notOk(existsSync(at('/run/web/gone.conf')), 'what is wanted no more goes');
  t.equal(readFileSync(at('/etc/web/web.conf'), 'utf8'), 'one', 'what the container is made of stays');
  t.match(
    await room.takenUp(after),
    new Map([['/etc/web/live.conf', 'hash of a']]),
    'until a reload has worked',
  );
  await room.noteTakenUp(after);
  t.strictSame(await room.takenUp(after), new Map([['/etc/web/live.conf', 'hash of c']]));
});

t.test('a note that can not be understood says nothing', async (t) => {
  const folder = t.testdir();
  const room = openFileRoom(folder);
  const wanted = alive({ '/etc/web/live.conf': 'a' });
  await room.place(wanted);
  for (const text of ['', '{', 'null', '[1]', '{"a": 1}']) {
    writeFileSync(join(folder, 'web', '1-abc', 'taken-up.json'), text);
    t.strictSame(await room.takenUp(wanted), new Map(), text);
  }
});

t.test('what is checked is in folders of its own, made anew, and outlives no check', async (t) => {
  const folder = t.testdir();
  const room = openFileRoom(folder);
  await room.place(alive({ '/etc/web/live.conf': 'a' }));
  await room.stage(alive({ '/etc/web/left.conf': 'x' }));
  const wanted = alive({ '/etc/web/live.conf': 'b' });
  const staged = (await room.stage(wanted)).get('/etc/web') ?? '';
  t.same(readdirSync(staged), ['live.conf', 'other.conf', 'web.conf']);
  t.equal(readFileSync(join(staged, 'live.conf'), 'utf8'), 'b');
  await room.prune('web', new Set());
  t.same(readdirSync(join(folder, 'web')), ['.check'], 'a check under way is left alone');
  await room.unstage(wanted);
  t.same(readdirSync(join(folder, 'web')), []);
});
