/** Which readings are told, and which are the same as before. */

import t from 'tap';
import type { Reading, Snapshot } from '../../src/store/store.js';
import { Teller } from '../../src/store/teller.js';

function reading(of: Partial<Snapshot> = {}): Reading {
  const entries = new Map([['nodes/web-1/role', Buffer.from('master')]]);
  return { ok: true, snapshot: { revision: '10', clusterId: '7', entries, ...of } };
}

async function told(...readings: readonly Reading[]): Promise<readonly number[]> {
  const heard: number[] = [];
  const teller = new Teller((each) => heard.push(readings.indexOf(each)));
  for (const each of readings) teller.tell(each);
  await new Promise((resolve) => setImmediate(resolve));
  return heard;
}

t.test('the same entries are told once, while the revision moves on', async (t) => {
  t.same(await told(reading(), reading(), reading({ revision: '11' })), [0]);
  t.same(await told(reading(), reading({ entries: new Map() })), [0, 1]);
});

t.test('a revision that went back is told, also against readings that were not told', async (t) => {
  t.same(await told(reading(), reading({ revision: '9' })), [0, 1]);
  t.same(await told(reading(), reading({ revision: '1000' }), reading({ revision: '999' })), [0, 2]);
});

t.test('another cluster’s id is told', async (t) => {
  t.same(await told(reading(), reading({ clusterId: '8', revision: '11' })), [0, 1]);
});

t.test('a file’s revision, which is no number, does not count', async (t) => {
  const file = (revision: string) => reading({ clusterId: null, revision });
  t.same(await told(file('f00'), file('a00')), [0]);
});

t.test('what is refused is told when it changes', async (t) => {
  const refused = (why: string) => reading({ refused: [{ prefix: 'cluster/', why }] });
  t.same(await told(reading(), refused('a'), refused('a'), refused('b'), reading()), [0, 1, 3, 4]);
});

t.test('trouble between two equal readings is told, and so is its end', async (t) => {
  const trouble: Reading = { ok: false, why: 'gone' };
  t.same(await told(reading(), trouble, { ok: false, why: 'gone' }, reading()), [0, 1, 3]);
});
