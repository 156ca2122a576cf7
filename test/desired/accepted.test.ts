import fc from 'fast-check';
import t from 'tap';
import { accept } from '../../src/desired/accept.js';
import { type Accepted, NOTHING_ACCEPTED, parseAccepted } from '../../src/desired/accepted.js';
import { catalogOf, problemLines, web } from '../catalog/catalog-of.js';

const role = '{ description: x, components: [web] }';
const catalog = catalogOf({
  components: { web: web('') },
  stacks: {
    core: `name: core\ndescription: x\nroles: { master: ${role}, node: { description: x, components: [web], aliases: [slave] }, edge: ${role} }`,
    other: `name: other\ndescription: x\nroles: { quorum: ${role}, master: ${role}, worker: ${role}, gate: ${role} }\ncombinations: [[quorum, master], [worker, gate]]`,
    broken: 'name: broken',
  },
});

type Values = Readonly<Record<string, string | Uint8Array>>;

function take(values: Values, previous: Accepted = NOTHING_ACCEPTED, source: 'etcd' | 'file' = 'etcd') {
  const entries = Object.entries(values).map(
    ([key, value]) => [key, typeof value === 'string' ? new TextEncoder().encode(value) : value] as const,
  );
  return accept({
    previous,
    snapshot: { revision: '7', clusterId: null, entries: new Map(entries) },
    catalog,
    node: 'web-1',
    defaultStack: 'core',
    prefix: source === 'etcd' ? '/katod' : '/etc/desired.yaml',
    source,
  });
}

const master: Accepted = {
  ...NOTHING_ACCEPTED,
  revision: '6',
  assignment: { stack: 'core', roles: ['master'] },
};

/** Values, what was before, then the assignment and the problems. */
function told(values: Values, previous?: Accepted): string {
  const { accepted, problems } = take(values, previous);
  const { assignment } = accepted;
  const line =
    assignment === null ? 'unassigned' : `${assignment.stack}: ${assignment.roles.join(',') || 'none'}`;
  return [line, ...problems.map(({ place, message }) => `${place} ${message}`)].join('\n');
}

const KEY = 'nodes/web-1/role';
const STAYS = '; master of stack core stays in force: etcdctl put /katod/nodes/web-1/role ROLE';

const table: readonly (readonly [string, Values, Accepted | undefined, string])[] = [
  ['a role', { [KEY]: ' master\n' }, undefined, 'core: master'],
  ['several, one twice, one by its alias', { [KEY]: 'edge, slave ,node,edge' }, undefined, 'core: edge,node'],
  ['none', { [KEY]: 'none' }, master, 'core: none'],
  ['no key, never a role', {}, undefined, 'unassigned'],
  ['no key, a role before', {}, master, 'core: master'],
  [
    'the stack of the cluster wins over the setting',
    { [KEY]: 'quorum', 'cluster/stack': 'other' },
    undefined,
    'other: quorum',
  ],
  ['another stack that has the role too', { 'cluster/stack': 'other' }, master, 'other: master'],
  [
    'a typing error',
    { [KEY]: 'mater' },
    master,
    `core: master\n/katod/nodes/web-1/role stack core has no role "mater"; its roles are master, node, edge; did you mean master?${STAYS}`,
  ],
  [
    'a typing error, never a role',
    { [KEY]: 'mater' },
    undefined,
    'unassigned\n/katod/nodes/web-1/role stack core has no role "mater"; its roles are master, node, edge; did you mean master?; the node has no role until this is mended: etcdctl put /katod/nodes/web-1/role ROLE',
  ],
  [
    'one of several is wrong: none takes effect',
    { [KEY]: 'edge,zzz' },
    master,
    `core: master\n/katod/nodes/web-1/role stack core has no role "zzz"; its roles are master, node, edge${STAYS}`,
  ],
  [
    'a name of a prototype',
    { [KEY]: 'constructor' },
    master,
    `core: master\n/katod/nodes/web-1/role stack core has no role "constructor"; its roles are master, node, edge${STAYS}`,
  ],
  [
    'none beside a role',
    { [KEY]: 'none,edge' },
    master,
    `core: master\n/katod/nodes/web-1/role "none" stands alone: it can't be combined with a role${STAYS}`,
  ],
  [
    'an empty name',
    { [KEY]: 'edge,,node' },
    master,
    `core: master\n/katod/nodes/web-1/role "edge,,node" has an empty name between its commas${STAYS}`,
  ],
  [
    'an empty value',
    { [KEY]: ' \n' },
    master,
    'core: master\n/katod/nodes/web-1/role the value is empty; the last good one stays in force: etcdctl put /katod/nodes/web-1/role ROLE',
  ],
  [
    'a binary value',
    { [KEY]: Uint8Array.of(0xff, 0xfe) },
    master,
    'core: master\n/katod/nodes/web-1/role the value is no UTF-8 text; the last good one stays in force: etcdctl put /katod/nodes/web-1/role ROLE',
  ],
  [
    'a control character',
    { [KEY]: 'mas\u0007ter' },
    master,
    'core: master\n/katod/nodes/web-1/role the value holds control characters or line breaks; the last good one stays in force: etcdctl put /katod/nodes/web-1/role ROLE',
  ],
  [
    '1 MB of garbage',
    { [KEY]: 'x'.repeat(1_000_000) },
    master,
    'core: master\n/katod/nodes/web-1/role the value is 1000000 bytes long, 65536 at most are read; the last good one stays in force: etcdctl put /katod/nodes/web-1/role ROLE',
  ],
  [
    'an unknown stack',
    { [KEY]: 'edge', 'cluster/stack': 'cor' },
    master,
    'core: master\n/katod/cluster/stack there is no stack "cor"; there are core, other; did you mean core?; master of stack core stays in force: etcdctl put /katod/cluster/stack STACK',
  ],
  [
    'a stack without the role: the old stack stays too',
    { 'cluster/stack': 'other', [KEY]: 'edge' },
    master,
    `core: master\n/katod/nodes/web-1/role stack other has no role "edge"; its roles are quorum, master, worker, gate; "edge" is a role of stack core (cluster/stack)${STAYS}`,
  ],
  [
    'an alias of a role of another stack',
    { 'cluster/stack': 'other', [KEY]: 'slave' },
    master,
    `core: master\n/katod/nodes/web-1/role stack other has no role "slave"; its roles are quorum, master, worker, gate; "slave" is a role of stack core (cluster/stack)${STAYS}`,
  ],
  [
    'roles that go together',
    { 'cluster/stack': 'other', [KEY]: 'gate,worker' },
    undefined,
    'other: gate,worker',
  ],
  [
    'roles that do not, though each goes with others',
    { 'cluster/stack': 'other', [KEY]: 'master,gate' },
    master,
    `core: master\n/katod/nodes/web-1/role stack other has no node that is master and gate; roles go together as quorum,master, or worker,gate${STAYS}`,
  ],
  [
    'one role too many',
    { 'cluster/stack': 'other', [KEY]: 'worker,gate,quorum' },
    master,
    `core: master\n/katod/nodes/web-1/role stack other has no node that is worker and gate and quorum; roles go together as quorum,master, or worker,gate${STAYS}`,
  ],
  [
    'a stack whose file is refused',
    { 'cluster/stack': 'broken' },
    master,
    'core: master\n/katod/cluster/stack the file of stack "broken" is refused (broken.yaml:1:1: description: is missing); master of stack core stays in force: etcdctl put /katod/cluster/stack STACK',
  ],
  [
    "a stack that can't be read, never a role",
    { [KEY]: 'edge', 'cluster/stack': '' },
    undefined,
    'unassigned\n/katod/cluster/stack the value is empty; the last good one stays in force: etcdctl put /katod/cluster/stack STACK',
  ],
  [
    'a key with a typing error',
    { [KEY]: 'edge', 'nodes/web-1/rol': 'x' },
    undefined,
    'core: edge\n/katod/nodes/web-1/rol unknown key, it has no effect; nodes/web-1/ has role, params, paused, force; did you mean role?',
  ],
  [
    'a key that is no folder',
    { 'nodes/web-1/role/x': 'x', 'cluster/params': 'x' },
    undefined,
    'unassigned\n/katod/cluster/params unknown key, it has no effect; cluster/ has stack, params, roles, components, paused, ensembles, trust, id\n/katod/nodes/web-1/role/x unknown key, it has no effect; nodes/web-1/ has role, params, paused, force',
  ],
  [
    'every other key of the contract',
    {
      'cluster/paused': 'true',
      'cluster/roles/x': 'web,fresh',
      'cluster/components/fresh': ':',
      'cluster/trust': 'x',
      'cluster/ensembles/zookeeper': '1=a',
      'nodes/web-1/paused': 'all',
    },
    undefined,
    'unassigned',
  ],
  ['keys of other nodes', { 'nodes/web-2/rol': 'x', 'nodes/web-11/rol': 'x' }, undefined, 'unassigned'],
];

for (const [title, values, previous, expected] of table) {
  t.test(title, async (t) => t.equal(told(values, previous), expected));
}

t.test('in the place of a bad parameter stays the last good one', async (t) => {
  const before: Accepted = {
    ...master,
    params: { cluster: { domain: 'x.test', 'secret.db': 'hush' }, node: {} },
  };
  const { accepted, problems } = take(
    {
      'cluster/params/domain': 'a\nb',
      'cluster/params/secret.db': Uint8Array.of(0xff),
      'cluster/params/fresh': '',
      'cluster/params/__proto__': 'x',
      'cluster/params/a/b': 'x',
      'nodes/web-1/params/rack': ' 7 ',
      'cluster/params/constructor': 'mine',
    },
    before,
  );
  t.strictSame(
    { ...accepted.params.cluster },
    { constructor: 'mine', domain: 'x.test', 'secret.db': 'hush' },
  );
  t.strictSame(accepted.params.node, { rack: '7' });
  t.equal(
    problemLines(problems),
    [
      '/katod/cluster/params/__proto__ "__proto__" is no name of a parameter (letters, digits, ".", "_" and "-", beginning and ending with a letter or digit, 128 at most): remove the key',
      '/katod/cluster/params/a/b "a/b" is no name of a parameter (letters, digits, ".", "_" and "-", beginning and ending with a letter or digit, 128 at most): remove the key',
      '/katod/cluster/params/domain the value holds control characters or line breaks; the last good one stays in force: etcdctl put /katod/cluster/params/domain VALUE, or etcdctl del /katod/cluster/params/domain',
      '/katod/cluster/params/fresh the value is empty; the parameter stays unset: etcdctl put /katod/cluster/params/fresh VALUE, or etcdctl del /katod/cluster/params/fresh',
      '/katod/cluster/params/secret.db the value is no UTF-8 text; the last good one stays in force: etcdctl put /katod/cluster/params/secret.db VALUE, or etcdctl del /katod/cluster/params/secret.db',
    ].join('\n'),
  );
});

t.test('a parameter whose key is gone is unset', async (t) => {
  const before: Accepted = { ...master, params: { cluster: { domain: 'x.test' }, node: { a: 'b' } } };
  t.strictSame(take({}, before).accepted.params, { cluster: {}, node: {} });
});

t.test(
  'the id of the cluster is what the accepted answer says: the guard has judged it before',
  async (t) => {
    const { accepted } = take({ 'cluster/id': 'abc-1' });
    t.equal(accepted.clusterId, 'abc-1');
    t.equal(take({}, accepted).accepted.clusterId, null);
    t.equal(take({ 'cluster/id': '???' }, accepted).accepted.clusterId, null);
  },
);

t.test('a file store is told of in the words of a file', async (t) => {
  const { problems } = take({ [KEY]: 'mater' }, master, 'file');
  t.equal(problems[0]?.place, '/etc/desired.yaml: nodes/web-1/role');
  t.match(problems[0]?.message, /: "nodes\/web-1\/role: ROLE" in \/etc\/desired.yaml$/);
});

t.test('what was accepted is read back from disk, and anything else is not', async (t) => {
  const { accepted } = take({
    [KEY]: 'master',
    'cluster/params/a.b': 'c',
    'cluster/params/constructor': 'd',
  });
  t.strictSame(parseAccepted(JSON.parse(JSON.stringify(accepted))), accepted);
  for (const value of [
    null,
    [],
    'x',
    {},
    { ...accepted, version: 3 },
    { ...accepted, extra: 1 },
    { ...accepted, assignment: { stack: '..', roles: [] } },
  ]) {
    t.equal(parseAccepted(value), null);
  }
});

const word = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc
    .constantFrom('master', 'edge', 'mater', 'none', '', 'core', 'other', 'broken', 'none,edge', 'slave,edge')
    .map((text) => new TextEncoder().encode(text)),
);
const key = fc.constantFrom(
  KEY,
  'cluster/stack',
  'cluster/id',
  'cluster/params/a',
  'nodes/web-1/params/a',
  'cluster/params/__proto__',
);

t.test('no store takes a good assignment away, and the same answer gives the same result', async () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.tuple(key, word), { maxLength: 6 }), { maxLength: 6 }), (readings) => {
      let accepted: Accepted = NOTHING_ACCEPTED;
      for (const reading of readings) {
        const values = Object.fromEntries(reading);
        const before: Accepted = accepted;
        accepted = take(values, before).accepted;
        if (before.assignment !== null && accepted.assignment === null) return false;
        const { assignment } = accepted;
        const stack = assignment === null ? null : catalog.stacks.get(assignment.stack);
        if (assignment !== null && !assignment.roles.every((name) => stack?.roles.has(name))) return false;
        if (
          assignment?.roles.length === 0 &&
          before.assignment?.roles.length !== 0 &&
          new TextDecoder().decode(values[KEY]).trim() !== 'none'
        )
          return false;
        if (parseAccepted(JSON.parse(JSON.stringify(accepted))) === null) return false;
        if (JSON.stringify(take(values, accepted).accepted) !== JSON.stringify(accepted)) return false;
      }
      return true;
    }),
    { numRuns: 500 },
  );
});
