import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
