import t from 'tap';
import { isFreshTrust, type Known, objection } from '../../src/desired/guard.js';
import type { Snapshot } from '../../src/store/store.js';

const words = { source: 'etcd' as const, prefix: '/katod' };
const known: Known = { clusterId: 'ours', storeId: '11', revision: '100' };

function snapshot(entries: Record<string, string>, more: Partial<Snapshot> = {}): Snapshot {
  const bytes = Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)] as const);
  return { revision: '101', clusterId: '11', entries: new Map(bytes), ...more };
}

const ours = { 'cluster/id': 'ours' };
const refused = [{ prefix: 'cluster/', why: 'no permission' }];

const table: readonly (readonly [string, Known, Snapshot, RegExp | null])[] = [
  ['our store, further on', known, snapshot(ours), null],
  ['our store, the same revision', known, snapshot(ours, { revision: '100' }), null],
  ['a node that knows no cluster yet', { ...known, clusterId: null }, snapshot({}), null],
  ['emptied', known, snapshot({}), /has lost \/katod\/cluster\/id \(it was ours\).*katod trust-store/],
  ['another cluster', known, snapshot({ 'cluster/id': 'theirs' }), /is theirs, and was ours/],
  ['an id that is no text', known, snapshot({ 'cluster/id': '\0' }), /has lost/],
  ['older', known, snapshot(ours, { revision: '99' }), /back in time.*99.*100/],
  ['older by a digit, not by text', { ...known, revision: '9' }, snapshot(ours, { revision: '10' }), null],
  ['made anew from a backup', known, snapshot(ours, { clusterId: '12' }), /made anew.*12.*11/],
  ['not readable is not lost', known, snapshot({}, { refused }), null],
  ['not readable, and older', known, snapshot({}, { refused, revision: '1' }), /back in time/],
];

t.test('which store is followed', async (t) => {
  for (const [name, before, now, expected] of table) {
    const why = objection({ known: before, snapshot: now, words });
    if (expected === null) t.equal(why, null, name);
    else t.match(why, expected, name);
  }
  const file = { ...words, source: 'file' as const };
  t.equal(objection({ known, snapshot: snapshot({}), words: file }), null, 'a file has no cluster');
});

t.test('a word of trust counts once, and only a fresh one', async (t) => {
  const word = (text: string, atHold: string | null, seen: readonly string[] = []) =>
    isFreshTrust({ snapshot: snapshot({ 'cluster/trust': text }), clusterId: 'ours', seen, atHold });
  t.ok(word('new', null), 'written after the hold began');
  t.ok(word('new', 'old'), 'changed after the hold began');
  t.notOk(word('old', 'old'), 'stood there before');
  t.notOk(word('old', null, ['old']), 'has counted');
  t.ok(word('ours:1', 'ours:1'), 'names this cluster');
  t.notOk(word('theirs:1', 'theirs:1'), 'names another one');
  t.notOk(word('ours:1', null, ['ours:1']), 'names this cluster, and has counted');
});
