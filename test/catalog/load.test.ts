import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { loadCatalog } from '../../src/catalog/load.js';
import { componentsOf, findRole } from '../../src/catalog/stack.js';
import { catalogOf, problemLines, web } from './catalog-of.js';

const shipped = join(import.meta.dirname, '../../config');

t.test('the shipped catalog has no problem', async (t) => {
  const catalog = await loadCatalog(shipped);
  t.equal(problemLines(catalog.problems), '');
  const core = catalog.stacks.get('core');
  if (core === undefined) throw new Error('no stack core');
  t.strictSame(componentsOf(core), [
    'zookeeper',
    'mesos-master',
    'marathon',
    'dnsmasq',
    'mesos-agent',
    'registrator',
    'haproxy',
  ]);
  t.equal(findRole(core, 'slave'), 'node');
  t.equal(findRole(core, 'toString'), null);
});

t.test('one bad file of each kind blocks itself alone', async (t) => {
  const folder = t.testdir({});
  await cp(shipped, folder, { recursive: true });
  await writeFile(join(folder, 'components/haproxy.yaml'), 'name: haproxy\n  bad: [');
  await writeFile(join(folder, 'components/Odd Name.yaml'), 'name: x');
  await writeFile(join(folder, 'components/binary.yaml'), Uint8Array.of(0xff, 0xfe, 0));
  await writeFile(join(folder, 'components/empty.yaml'), '');
  await mkdir(join(folder, 'components/folder.yaml'));
  await writeFile(
    join(folder, 'stacks/broken.yaml'),
    'name: broken\ndescription: x\nroles: { none: { description: x, components: [] } }\n',
  );
  const [all, catalog] = await Promise.all([loadCatalog(shipped), loadCatalog(folder)]);
  t.strictSame([...catalog.stacks.keys()], [...all.stacks.keys()]);
  t.strictSame(
    [...catalog.components.keys()],
    [...all.components.keys()].filter((name) => name !== 'haproxy'),
  );
  t.strictSame([...catalog.refused.components.keys()], ['Odd Name', 'binary', 'empty', 'haproxy']);
  const short = problemLines(catalog.problems).replaceAll(`${folder}/`, '').split('\n');
  t.equal(short[0], 'components/binary.yaml the file is no UTF-8 text');
  t.match(short[1], /^components\/empty.yaml has no value/);
  t.match(short[2], /^components\/haproxy.yaml:\d+:\d+ not valid YAML: /);
  t.match(short[3], /^components\/Odd Name.yaml the file's name must be NAME.yaml/);
  t.equal(short[4], 'stacks/broken.yaml:3:10 roles.none: "none" stands for no role: take another name');
  t.equal(short.length, 5);
});

t.test('a folder that is not there is a problem, not a failure', async (t) => {
  const folder = t.testdir({});
  await rm(folder, { recursive: true });
  const catalog = await loadCatalog(folder);
  t.equal(catalog.problems.length, 3);
  t.match(catalog.problems[0]?.message, /can't be read \(ENOENT\)/);
});

const stacks: readonly (readonly [string, string])[] = [
  ['roles: { a: { description: x, components: [web] } }', ''],
  [
    'roles: { a: { description: x, components: [wed] } }',
    's.yaml roles.a.components: there is no component wed; did you mean web?',
  ],
  [
    'roles: { a: { description: x, components: [web], aliases: [b] }, b: { description: x, components: [] } }',
    's.yaml:3:60 roles.a.aliases[0]: b is a role or an alias already',
  ],
  [
    'roles: { A: { description: x, components: [] } }',
    's.yaml:3:10 roles.A: not a name: lower-case letters, digits, "." and "-", beginning and ending with a letter or digit, 63 at most',
  ],
  [
    'roles: { a: { description: x, components: [{ name: web, when: "{{ params.b }}" }] } }\nparams: { b: { description: y } }',
    '',
  ],
  [
    'roles: { a: { description: x, components: [{ name: web, when: "{{ params.c }}" }] } }\nparams: { b: { description: y } }',
    's.yaml:3:63 roles.a.components[0].when: parameter c is not among the params; did you mean b?',
  ],
  [
    'roles: { a: { description: x, components: [{ name: web, when: "{{ node.name }}" }] } }',
    's.yaml:3:63 roles.a.components[0].when: unknown name node; known are params',
  ],
  [
    'roles: { a: { description: x, components: [{ name: web, wehn: x }] } }',
    's.yaml:3:44 roles.a.components[0]: expected a component, or one with a condition: { name: COMPONENT, when: "{{ params.NAME }}" }',
  ],
  [
    'roles: {}\nparams: { a: { defualt: x, description: y } }',
    's.yaml:4:16 params.a.defualt: unknown key; did you mean default?',
  ],
  [
    'roles: {}\nparams: { a: { default: "{{ params.b }}", description: y } }',
    's.yaml:4:25 params.a.default: unknown name params; known are node, cluster, members, ensembles',
  ],
  [
    'roles: { a: { description: x, components: [] }, b: { description: x, components: [] } }\ncombinations: [[a, b]]',
    '',
  ],
  [
    'roles: { a: { description: x, components: [] } }\ncombinations: [[a, c]]',
    's.yaml:4:20 combinations[0][1]: there is no role c; did you mean a?',
  ],
  [
    'roles: { a: { description: x, components: [] } }\ncombinations: [[a]]',
    's.yaml:4:16 combinations[0]: a role alone is always allowed: name two or more',
  ],
  ['roles: {}\nparams: { a: { default: "" } }', 's.yaml:4:14 params.a.description: is missing'],
];

for (const [lines, expected] of stacks) {
  t.test(`stack: ${lines}`, async (t) => {
    const catalog = catalogOf({
      components: { web: web('') },
      stacks: { s: `name: s\ndescription: x\n${lines}` },
    });
    t.equal(problemLines(catalog.problems), expected);
  });
}

t.test('any text as a definition or a stack is read or refused, and never throws', async () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'name: web\n',
      'command: [',
      '- ',
      '{{ ',
      ' }}',
      '&a ',
      '*a',
      '!!',
      ': ',
      '\n  ',
      'each: ',
      '__proto__: ',
      '"',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      const catalog = catalogOf({ components: { web: text }, stacks: { s: text }, templates: { a: text } });
      return catalog.components.has('web') !== catalog.refused.components.has('web');
    }),
    { numRuns: 500 },
  );
});
