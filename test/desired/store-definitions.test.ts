import fc from 'fast-check';
import t from 'tap';
import { Overlays } from '../../src/catalog/overlays.js';
import { accept } from '../../src/desired/accept.js';
import { type Accepted, NOTHING_ACCEPTED, parseAccepted } from '../../src/desired/accepted.js';
import type { Desired, Wanted } from '../../src/desired/desired.js';
import { type ResolveInput, resolve, resolveInSteps } from '../../src/desired/resolve.js';
import { withGood } from '../../src/desired/store-definitions.js';
import { catalogOf, problemLines, web } from '../catalog/catalog-of.js';
import { BOMBS, small } from './bombs.js';

const catalog = catalogOf({
  components: {
    web: web('env: { A: b }\ncommand: [run, "{{ params.word }}"]\n'),
    db: web('').replace('web', 'db'),
  },
  stacks: {
    s: 'name: s\ndescription: x\nroles: { all: { description: x, components: [web, db], aliases: [every] } }\nparams: { word: { description: x, default: w } }',
  },
  templates: { 'web.conf': 'node {{ node.name }}' },
});

type Values = Readonly<Record<string, string | Uint8Array>>;

function take(values: Values, previous: Accepted = NOTHING_ACCEPTED) {
  const entries = Object.entries({ 'nodes/web-1/role': 'all', ...values }).map(
    ([key, value]) => [key, typeof value === 'string' ? new TextEncoder().encode(value) : value] as const,
  );
  const snapshot = { revision: '7', clusterId: null, entries: new Map(entries) };
  return accept({ previous, snapshot, catalog, node: 'web-1', defaultStack: 's', prefix: '/katod' });
}

function input(accepted: Accepted, more: Partial<ResolveInput> = {}): ResolveInput {
  return {
    catalog,
    accepted,
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web' },
    from: 'etcd',
    ...more,
  };
}

function componentsOf(desired: Desired): ReadonlyMap<string, Wanted> {
  if (!desired.known) throw new Error(desired.why);
  return desired.components;
}

function wanted(desired: Desired, name = 'web'): Wanted {
  const found = componentsOf(desired).get(name);
  if (found === undefined) throw new Error(`${name} is not wanted`);
  return found;
}

function told(values: Values, previous?: Accepted): string {
  return problemLines(take(values, previous).problems);
}

const KEY = 'cluster/components/web';

t.test('a definition is merged onto the shipped one, and its hash is of the whole', async (t) => {
  const plain = wanted(resolve(input(take({}).accepted)));
  const one = wanted(
    resolve(input(take({ [KEY]: 'env: { B: "{{ params.word }}", A: null }\nmemory: 1g' }).accepted)),
  );
  const same = wanted(
    resolve(input(take({ [KEY]: '# again\nmemory: 1g\nenv:\n  A:\n  B: "{{ params.word }}"' }).accepted)),
  );
  if (!plain.ok || !one.ok || !same.ok) throw new Error('refused');
  t.strictSame(one.spec.shape.env, { B: 'w' });
  t.strictSame(one.spec.shape.command, ['run', 'w']);
  t.equal(one.spec.definition, same.spec.definition);
  t.equal(one.spec.digest, same.spec.digest);
  t.not(one.spec.definition, plain.spec.definition);
});

t.test('a new one needs no name and no description, and may use a shipped template', async (t) => {
  const { accepted, problems } = take({
    'cluster/components/constructor': 'image: a/b:1\nfiles: [{ target: /etc/x/y, template: web.conf }]',
    'cluster/roles/fresh': 'constructor , web',
    'nodes/web-1/role': 'fresh',
  });
  t.equal(problemLines(problems), '');
  const desired = resolve(input(accepted));
  t.match(wanted(desired, 'constructor'), {
    ok: true,
    spec: { name: 'constructor', shape: { files: [{ content: 'node web-1' }] } },
  });
  t.strictSame(
    desired.known && [...desired.components.keys()],
    ['web', 'constructor'],
    'in the order of the catalog',
  );
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  [
    'an unknown key',
    'memory: 1g\ncomand: [a]',
    /^\/katod\/cluster\/components\/web:2:1 comand: unknown key; did you mean command\?; what runs of it is kept: etcdctl put .*, or etcdctl del \/katod\/cluster\/components\/web \(then/,
  ],
  ['a fault of the shipped part', 'description: null', /components\/web:1:14 description: is missing/],
  ['another name', 'name: wep', /:1:7 name: must be web, as the key says/],
  ['no mapping', 'just text', /web no mapping: write lines such as/],
  ['only a comment', '# nothing', /web no mapping/],
  ['a prototype', '__proto__: { a: b }', /:1:1 "__proto__" can't be a key/],
  ['a prototype in env', 'env: { __proto__: x }', /"__proto__" can't be a key/],
  ['constructor as a key', 'constructor: x', /:1:1 constructor: unknown key/],
  ['a label of ours', 'labels: { io.katod.node: x }', /labels.io.katod.node: not a name/],
  ['an unknown template', 'files: [{ target: /etc/x/y, template: ../secret }]', /not a name of a template/],
  [
    'an unknown name in a template',
    'command: ["{{ process.env }}"]',
    /:1:11 command\[0\]: unknown name process/,
  ],
  ['a tag that reads files', `command: ["{% include 'x' %}"]`, /tag "include" not found/],
  ['two documents', 'memory: 1g\n---\nmemory: 2g', /not valid YAML/],
];

for (const [title, text, why] of refused) {
  t.test(`refused, and the shipped one stays in force: ${title}`, async (t) => {
    const shipped = wanted(resolve(input(take({}).accepted)));
    const result = wanted(resolve(input(take({ [KEY]: text }).accepted)));
    if (result.ok || !shipped.ok) throw new Error('not refused');
    t.match(problemLines(result.problems), why);
    t.strictSame(result.inForce, shipped.spec);
  });
}

t.test('in force stays what was last good here, also after a restart', async (t) => {
  const first = take({ [KEY]: 'memory: 1g' }).accepted;
  const desired = resolve(input(first));
  const proven: Accepted = { ...first, components: withGood(first.components, desired) };
  t.match(proven.components.web, { good: true });
  const worse = take({ [KEY]: 'memory: lots' }, proven).accepted;
  const worst = take({ [KEY]: 'memory: more' }, worse).accepted;
  t.strictSame({ ...worst.components.web }, { text: 'memory: more', good: false, older: 'memory: 1g' });
  const recalled = parseAccepted(JSON.parse(JSON.stringify(worst)));
  t.strictSame(recalled, worst);
  const before = wanted(desired);
  const now = wanted(resolve(input(worst)));
  t.strictSame(!now.ok && now.inForce, before.ok && before.spec);
  const remembered = wanted(resolve(input(take({ [KEY]: 'memory: lots' }).accepted, { before: desired })));
  t.strictSame(
    !remembered.ok && remembered.inForce,
    before.ok && before.spec,
    'or by what was wanted before',
  );
});

t.test('what is no text is not taken, and the last good one stays', async (t) => {
  const before = take({ [KEY]: 'memory: 1g', 'cluster/roles/all': 'web' }).accepted;
  const { accepted, problems } = take(
    {
      [KEY]: Uint8Array.of(0xff),
      'cluster/components/big': 'x'.repeat(1_000_000),
      'cluster/components/Big': 'x',
      'cluster/components/a/b': 'x',
      'cluster/components/__proto__': 'x',
      'cluster/roles/all': ' \n',
      'cluster/roles/none': 'web',
      'cluster/roles/some': 'web,wep,,',
      'cluster/roles/other': 'web,wep,toString',
    },
    before,
  );
  t.strictSame([accepted.components, accepted.roles], [before.components, before.roles]);
  t.equal(
    problemLines(problems)
      .replaceAll('/katod/cluster/', '')
      .replace(/; [^;]*: etcdctl put.*/gm, ''),
    [
      'components/Big "Big" is no name (lower-case letters, digits, "." and "-", beginning and ending with a letter or digit, 63 at most): remove the key',
      'components/__proto__ "__proto__" is no name (lower-case letters, digits, "." and "-", beginning and ending with a letter or digit, 63 at most): remove the key',
      'components/a/b "a/b" is no name (lower-case letters, digits, "." and "-", beginning and ending with a letter or digit, 63 at most): remove the key',
      'components/big the value is 1000000 bytes long, 65536 at most are read',
      'components/web the value is no UTF-8 text',
      'roles/all the value is empty',
      'roles/none "none" stands for no role: remove the key',
      'roles/other there is no component "wep"; did you mean web?; and no component "toString"',
      'roles/some "web,wep,," has an empty name between its commas',
    ].join('\n'),
  );
});

t.test('a part of the store that is refused to the node stays as it was', async (t) => {
  const before = take({ [KEY]: 'memory: 1g', 'cluster/roles/all': 'web' }).accepted;
  const { accepted } = accept({
    previous: before,
    snapshot: {
      revision: '8',
      clusterId: null,
      entries: new Map(),
      refused: [{ prefix: 'cluster/', why: 'no' }],
    },
    catalog,
    node: 'web-1',
    defaultStack: 's',
    prefix: '/katod',
  });
  t.strictSame([accepted.components, accepted.roles], [before.components, before.roles]);
});

t.test('together, definitions are bounded: those after the bound by name are not taken', async (t) => {
  const text = `# ${'x'.repeat(60_000)}\nmemory: 1g`;
  const values = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`cluster/components/c${String(at).padStart(2, '0')}`, text]),
  );
  const { accepted, problems } = take(values);
  t.equal(Object.keys(accepted.components).length, 17);
  t.match(problems[0], {
    place: '/katod/cluster/components/c17',
    message: /together longer than 1048576 bytes/,
  });
});

t.test('a role with its alias: the name of the store counts', async (t) => {
  const { accepted } = take({ 'cluster/roles/every': 'db', 'nodes/web-1/role': 'every' });
  const desired = resolve(input(accepted));
  t.strictSame(desired.known && [[...desired.components.keys()], desired.roles], [['db'], ['every']]);
});

t.test('a state of the version before has no definitions and roles of the store', async (t) => {
  const { components: _, roles: __, ensembles: ___, members: ____, ...rest } = take({}).accepted;
  t.match(parseAccepted({ ...rest, version: 1 }), { version: 2, components: {}, roles: {} });
});

for (const [name, text] of Object.entries(BOMBS)) {
  t.test(`${name}: bounded, and no other component suffers`, async (t) => {
    const { accepted } = take({ [KEY]: text });
    const result = resolve(input(accepted));
    t.ok(wanted(result, 'db').ok);
    const now = wanted(result);
    if (now.ok) t.ok(JSON.stringify(now.spec).length < 2_000_000, 'what it comes to');
    else {
      t.ok(now.inForce, 'the shipped one stays in force');
      t.ok(problemLines(now.problems).length < 10_000, 'what is told of it');
    }
  });
}

t.test(
  'a thousand are done in steps, each read once, and any one of them alone after a change',
  async (t) => {
    const names = Array.from({ length: 1_000 }, (_, at) => `c${at}`);
    const values = {
      'cluster/roles/all': names.join(','),
      ...Object.fromEntries(
        names.map((name, at) => [`cluster/components/${name}`, small(at).replaceAll('domain', 'word')]),
      ),
    };
    const overlays = new Overlays(catalog);
    const stepsOf = (accepted: Accepted) => {
      const work = resolveInSteps(input(accepted, { overlays }));
      let count = 0;
      for (let step = work.next(); ; step = work.next()) {
        if (step.done === true) return { count, desired: step.value };
        count += 1;
      }
    };
    const first = stepsOf(take(values).accepted);
    t.equal(first.desired.known && [...first.desired.components.values()].every(({ ok }) => ok), true);
    const again = stepsOf(take(values).accepted);
    t.ok(first.count >= 4_000, 'to read, to render, to order and to check each');
    t.equal(first.count - again.count, 1_000, 'what was read is not read again');
    const changed = stepsOf(take({ ...values, 'cluster/components/c7': 'image: a/b:2' }).accepted);
    t.equal(changed.count - again.count, 1);
  },
);

t.test('any texts give a result, the same each time', async () => {
  const line = fc.constantFrom(
    'memory: 1g',
    'env: { A: "{{ x }}" }',
    'privileged: true',
    'a: [',
    '  b: c',
    '- d',
    'image: "{{ params.word }}"',
    '*a',
    '&a x',
    'when: ""',
    '\u0000',
    'mounts: null',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n')),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      const { accepted } = take({ [KEY]: one, 'cluster/components/db': other, 'cluster/roles/x': one });
      const text = () => JSON.stringify([...componentsOf(resolve(input(accepted)))]);
      const first = text();
      return text() === first && parseAccepted(JSON.parse(JSON.stringify(accepted))) !== null;
    }),
    { numRuns: 100 },
  );
});

t.test('nothing is told of what is good', async (t) => {
  t.equal(told({ [KEY]: 'memory: 1g', 'cluster/roles/all': 'db,web' }), '');
});
