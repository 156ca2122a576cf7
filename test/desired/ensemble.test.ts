/** Ensembles: their text, who is in them, and when the first one is formed. */
import t from 'tap';
import type { Stack } from '../../src/catalog/stack.js';
import {
  ensembleText,
  formEnsemble,
  numberOf,
  parseEnsemble,
  quorumOf,
  withMember,
  withoutMember,
} from '../../src/desired/ensemble.js';
import { type Candidate, expectation } from '../../src/desired/expectation.js';

function read(text: string) {
  const found = parseEnsemble(text);
  return found.ok ? ensembleText(found.ensemble) : found.why;
}

t.test('what people may write', async (t) => {
  t.equal(read(' 3=web-3, 1=web-1 ,2=web-2'), '1=web-1,2=web-2,3=web-3', 'by number, whatever the order');
  t.match(read(''), /is not NUMBER=NODE/);
  t.match(read('1=web-1,'), /is not NUMBER=NODE/);
  t.match(read('0=web-1'), /from 1 to 255/);
  t.match(read('256=web-1'), /from 1 to 255/);
  t.match(read('1=Web'), /is no name of a node/);
  t.equal(read('1=web-1,1=web-2'), 'number 1 is there twice');
  t.equal(read('1=web-1,2=web-1'), 'node web-1 is there twice');
});

t.test('a number is given once, and only one that nobody has', async (t) => {
  const three = formEnsemble(['web-2', 'web-3', 'web-1']);
  t.equal(ensembleText(three), '1=web-1,2=web-2,3=web-3');
  t.same([1, 2, 3, 4, 5].map(quorumOf), [1, 2, 2, 3, 3]);
  t.equal(numberOf(three, 'web-2'), 2);
  t.equal(numberOf(three, 'web-9'), null);
  const four = withMember(three, 'web-4') ?? [];
  t.equal(ensembleText(four), '1=web-1,2=web-2,3=web-3,4=web-4');
  t.equal(withMember(three, 'web-1'), null);
  const without = withoutMember(four, 'web-2') ?? [];
  t.equal(ensembleText(without), '1=web-1,3=web-3,4=web-4', 'the others keep theirs');
  t.equal(ensembleText(withMember(without, 'web-5') ?? []), '1=web-1,2=web-5,3=web-3,4=web-4');
  t.equal(withoutMember(three, 'web-9'), null);
  t.equal(withoutMember(formEnsemble(['web-1']), 'web-1'), null, 'never to none');
});

const role = (components: readonly string[]) => ({
  description: '',
  components,
  when: new Map(),
  aliases: [],
});
const stack: Stack = {
  name: 'core',
  description: '',
  roles: new Map([
    ['master', role(['zookeeper', 'marathon'])],
    ['standalone', role(['zookeeper'])],
    ['node', role(['haproxy'])],
  ]),
  params: new Map(),
  combinations: null,
};

function expected(candidates: readonly Candidate[], params: Readonly<Record<string, string>>) {
  const words = { source: 'etcd', prefix: '/katod' } as const;
  const found = expectation({ component: 'zookeeper', stack, candidates, params, words });
  return found.met ? found.nodes.join(',') : found.why;
}

t.test('the first ensemble waits for exactly the nodes that are expected', async (t) => {
  const masters = ['web-3', 'web-1', 'web-2'].map((node) => ({ node, roles: ['master'] }));
  const worker = { node: 'web-9', roles: ['node'] };
  t.equal(expected([...masters, worker], { 'expect.master': '3' }), 'web-1,web-2,web-3');
  t.match(expected(masters, {}), /etcdctl put \/katod\/cluster\/params\/expect\.master NUMBER/);
  t.match(expected(masters, { 'expect.master': 'three' }), /"three", which is no number of nodes/);
  t.match(
    expected(masters.slice(1), { 'expect.master': '3' }),
    /: 2 of 3 nodes .* are known \(web-1, web-2\)/,
  );
  const fourth = { node: 'web-4', roles: ['master', 'node'] };
  t.match(
    expected([...masters, fourth], { 'expect.master': '3' }),
    /more nodes .*: 4 of 3 .*; take the role from/,
  );
  const alone = { node: 'one', roles: ['standalone'] };
  t.equal(expected([alone], { 'expect.standalone': '1', 'expect.master': '3' }), 'one');
  t.equal(
    expected([alone, ...masters], { 'expect.standalone': '1', 'expect.master': '3' }),
    'one,web-1,web-2,web-3',
  );
});
