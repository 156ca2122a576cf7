/** The last known good through crashes, bit rot, full and read-only disks. */

import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openLastKnownGood } from '../../src/store/last-known-good.js';

const older = { entries: { 'nodes/web-1/role': 'master' } };
const newer = { entries: { 'nodes/web-1/role': 'edge' } };

async function folder(t: Test): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'katod-last-known-good-'));
  t.teardown(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** A folder with two copies, and the content of the newer one. */
async function twoCopies(t: Test) {
  const path = await folder(t);
  const kept = openLastKnownGood(path);
  t.equal(await kept.write(older), null);
  t.equal(await kept.write(newer), null);
  const current = join(path, 'last-known-good');
  return { path, kept, current, content: await readFile(current) };
}

t.test('nothing there yet is no problem', async (t) => {
  const base = await folder(t);
  t.same(await openLastKnownGood(base).read(), { value: null, problems: [] });
  t.same(await openLastKnownGood(join(base, 'no', 'folder')).read(), { value: null, problems: [] });
});

t.test('what was written is read, also by the next process, and only by the owner', async (t) => {
  const { path, kept, current } = await twoCopies(t);
  t.same(await kept.read(), { value: newer, problems: [] });
  t.same(await openLastKnownGood(path).read(), { value: newer, problems: [] });
  t.equal((await stat(current)).mode & 0o777, 0o600);
  t.same(
    (await readdir(path)).sort(),
    ['last-known-good', 'last-known-good.previous'],
    'nothing else is left',
  );
});

t.test('a folder that does not exist is made', async (t) => {
  const path = join(await folder(t), 'state', 'katod');
  t.equal(await openLastKnownGood(path).write(older), null);
  t.same(await openLastKnownGood(path).read(), { value: older, problems: [] });
});

t.test('the same content again writes nothing', async (t) => {
  const { path, kept, current } = await twoCopies(t);
  const before = await stat(current, { bigint: true });
  t.equal(await kept.write(structuredClone(newer)), null);
  t.equal(await openLastKnownGood(path).write(newer), null);
  const after = await stat(current, { bigint: true });
  t.same([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs]);
});

t.test('writes at the same time do not mix', async (t) => {
  const path = await folder(t);
  const kept = openLastKnownGood(path);
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, at) => kept.write({ at })));
  t.same(new Set(outcomes), new Set([null]));
  t.same(await kept.read(), { value: { at: 19 }, problems: [] });
});

t.test('cut off at any byte, the previous copy is read', async (t) => {
  const { kept, current, content } = await twoCopies(t);
  for (let length = 0; length < content.length; length += 1) {
    await writeFile(current, content.subarray(0, length));
    const { value, problems } = await kept.read();
    t.same(value, older, `${length} bytes`);
    t.match(problems, [/last-known-good is damaged: trying .*previous$/]);
  }
});

t.test('with any bit flipped, the previous copy is read, or what was written', async (t) => {
  const { kept, current, content } = await twoCopies(t);
  for (let bit = 0; bit < content.length * 8; bit += 1) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await writeFile(current, flipped);
    const { value, problems } = await kept.read();
    if (problems.length === 0) t.same(value, newer, `bit ${bit}: does not matter`);
    else t.same(value, older, `bit ${bit}: ${problems[0]}`);
  }
});

t.test('both copies damaged: nothing, and both are named', async (t) => {
  const { path, kept, current } = await twoCopies(t);
  await writeFile(current, 'garbage');
  await writeFile(`${current}.previous`, Buffer.alloc(1_000_000, 0xff));
  const { value, problems } = await kept.read();
  t.equal(value, null);
  t.same(problems, [
    `${path}/last-known-good is damaged: trying ${path}/last-known-good.previous`,
    `${path}/last-known-good.previous is damaged: waiting for the store`,
  ]);
  t.equal(await kept.write(newer), null);
  t.same(await kept.read(), { value: newer, problems: [] });
});

t.test('a damaged copy does not take the place of the previous one', async (t) => {
  const { kept, current } = await twoCopies(t);
  await writeFile(current, 'garbage');
  t.equal(await kept.write({ third: true }), null);
  await writeFile(current, 'garbage');
  t.same((await kept.read()).value, older);
});

t.test('a copy of a newer version is passed over', async (t) => {
  const { kept, current, content } = await twoCopies(t);
  await writeFile(
    current,
    content.toString().replace('katod last-known-good 2 ', 'katod last-known-good 3 '),
  );
  const { value, problems } = await kept.read();
  t.same(value, older);
  t.match(problems, [/was written by a newer version of katod \(format 3\): trying/]);
});

t.test('a copy of the version before, without definitions of the store, is read', async (t) => {
  const { kept, current, content } = await twoCopies(t);
  await writeFile(
    current,
    content.toString().replace('katod last-known-good 2 ', 'katod last-known-good 1 '),
  );
  t.strictSame((await kept.read()).problems, []);
});

t.test('the current copy gone: the previous one, and that is said', async (t) => {
  const { kept, current } = await twoCopies(t);
  await rm(current);
  const { value, problems } = await kept.read();
  t.same(value, older);
  t.match(problems, [/last-known-good is gone: using .*previous$/]);
});

t.test('a folder in its place', async (t) => {
  const path = await folder(t);
  execFileSync('mkdir', [join(path, 'last-known-good')]);
  const kept = openLastKnownGood(path);
  t.match(await kept.read(), { value: null, problems: [/can't be read \(EISDIR\): trying/] });
  t.match(await kept.write(older), /^the last known good state was not written to .*EISDIR: see that/);
});

/** A file system of its own: root is not held up by the mode of a folder. */
async function mounted(t: Test, options: string): Promise<string> {
  const path = await folder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  t.teardown(() => execFileSync('umount', [path]));
  return path;
}
const needsRoot = process.getuid?.() === 0 ? {} : { skip: 'mounting needs root' };

t.test('read-only: a sentence, and what was there is read', needsRoot, async (t) => {
  const path = await mounted(t, 'size=1m');
  const kept = openLastKnownGood(path);
  await kept.write(older);
  execFileSync('mount', ['-o', 'remount,ro', path]);
  t.equal(
    await kept.write(newer),
    `the last known good state was not written to ${path}/last-known-good: the file system is read-only: mount it writable; until then a restart without the store starts from an older state`,
  );
  t.equal(await kept.write(older), null, 'what it is already need not be written');
  t.same(await kept.read(), { value: older, problems: [] });
});

t.test('disk full: a sentence, and what was there is read', needsRoot, async (t) => {
  const path = await mounted(t, 'size=64k');
  const kept = openLastKnownGood(path);
  await kept.write(older);
  t.match(
    await kept.write({ long: 'x'.repeat(100_000) }),
    /^the last known good state .*: the disk is full: make room;/,
  );
  t.same(await kept.read(), { value: older, problems: [] });
  t.equal(await kept.write(newer), null, 'there is room for less');
  t.same(await kept.read(), { value: newer, problems: [] });
});
