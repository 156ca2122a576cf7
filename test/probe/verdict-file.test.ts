import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openVerdictFile, type RememberedVerdict } from '../../src/probe/verdict-file.js';

const track = { passed: true, failures: 0, output: 'HTTP 200' };
const verdict: RememberedVerdict = {
  containerId: '3f2a',
  startedAt: '2026-11-21T02:30:00.5Z',
  since: '2026-11-21T02:30:05.000Z',
  wasReady: true,
  health: 'ready',
  tracks: { live: track, ready: track, lead: { ...track, passed: null } },
};

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'katod-verdicts-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

function logbook() {
  const lines: string[] = [];
  return { lines, log: { warn: (_fields: unknown, message?: string) => void lines.push(message ?? '') } };
}

t.test('a verdict is taken up again for the same run of the same container only', async (t) => {
  const stateDir = join(await folder(t), 'made', 'by', 'need');
  const { lines, log } = logbook();
  const first = await openVerdictFile(stateDir, log);
  t.equal(first.recall('web', '3f2a', verdict.startedAt), null, 'nothing yet');
  first.keep(new Map([['web', verdict]]));
  await first.close();
  const second = await openVerdictFile(stateDir, log);
  t.same(second.recall('web', '3f2a', verdict.startedAt), verdict);
  t.equal(second.recall('web', '3f2a', '2026-11-21T02:31:00Z'), null, 'started anew since');
  t.equal(second.recall('web', 'b00c', verdict.startedAt), null, 'another container');
  t.equal(second.recall('db', '3f2a', verdict.startedAt), null);
  await second.close();
  t.same(await readdir(stateDir), ['verdicts.json'], 'no temporary file is left');
  t.equal((await stat(join(stateDir, 'verdicts.json'))).mode & 0o777, 0o600);
  t.same(lines, []);
});

t.test('changes are written by themselves after a short wait, many as one', async (t) => {
  const stateDir = await folder(t);
  const store = await openVerdictFile(stateDir, logbook().log, 20);
  store.keep(new Map());
  store.keep(new Map([['web', verdict]]));
  const written = async () => (await readdir(stateDir)).includes('verdicts.json');
  while (!(await written())) await new Promise(setImmediate);
  t.match(JSON.parse(await readFile(join(stateDir, 'verdicts.json'), 'utf8')), {
    verdicts: { web: { containerId: '3f2a' } },
  });
  await store.close();
});

t.test('a damaged file is ignored with one line, and replaced by the next write', async (t) => {
  const stateDir = await folder(t);
  const path = join(stateDir, 'verdicts.json');
  const whole = JSON.stringify({ version: 1, verdicts: { web: verdict } });
  const wrong = (more: object) => JSON.stringify({ version: 1, verdicts: { web: { ...verdict, ...more } } });
  const contents = [
    '',
    '\u0000\u0001',
    whole.slice(0, -5),
    'null',
    '[]',
    whole.replace('"version":1', '"version":2'),
    wrong({ health: 'splendid' }),
    wrong({ health: 'toString' }),
    wrong({ tracks: {} }),
    wrong({ since: 5 }),
    ' '.repeat(2 * 1024 * 1024),
  ];
  for (const content of contents) {
    await writeFile(path, content);
    const { lines, log } = logbook();
    const store = await openVerdictFile(stateDir, log);
    t.equal(store.recall('web', '3f2a', verdict.startedAt), null);
    t.same(lines, ['verdicts ignored: the file is damaged'], content.slice(0, 40));
    store.keep(new Map([['web', verdict]]));
    await store.close();
    t.equal(await readFile(path, 'utf8'), whole);
  }
});

t.test('a folder that can not be written is told once, and harms nothing', async (t) => {
  const stateDir = join(await folder(t), 'file');
  await writeFile(stateDir, 'not a folder');
  const { lines, log } = logbook();
  const store = await openVerdictFile(stateDir, log, 0);
  store.keep(new Map([['web', verdict]]));
  while (!lines.includes('verdicts not written')) await new Promise(setImmediate);
  store.keep(new Map([['web', verdict]]));
  await store.close();
  t.same(
    lines.filter((line) => line === 'verdicts not written'),
    ['verdicts not written'],
  );
  t.same(store.recall('web', '3f2a', verdict.startedAt), verdict);
});
