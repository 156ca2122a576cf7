import t from 'tap';
import { parseStoreFile } from '../../src/store/file-content.js';
import { textsOf } from './recorder.js';

/** What the file says, as text. */
function said(content: string | Uint8Array): unknown {
  const reading = parseStoreFile({ path: '/s.yaml', content: Buffer.from(content), node: 'web-1' });
  return reading.ok ? textsOf(reading.snapshot) : reading.why;
}

t.test('scalars are the text they are written as', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    master: 'master',
    'master,edge': 'master,edge',
    '"a\\tb"': 'a\tb',
    "'it''s'": "it's",
    '1.0': '1.0',
    '0x1F': '0x1F',
    '007': '007',
    '12345678901234567890': '12345678901234567890',
    true: 'true',
    yes: 'yes',
    none: 'none',
    '2026-11-21': '2026-11-21',
    '': '',
    '~': '~',
    null: 'null',
    '|\n  one\n  two': 'one\ntwo\n',
  };
  for (const [written, expected] of Object.entries(cases)) {
    t.same(said(`nodes/web-1/role: ${written}\n`), { 'nodes/web-1/role': expected }, written);
  }
});

t.test('mappings and lists are YAML again', async (t) => {
  const content = `
cluster/components/web:
  # why
  image: "example/web:1.2"
  version: 1.0
  ports: [8080]
cluster/params/base: &base { a: 1 }
cluster/components/copy:
  env: *base
cluster/params/same: *base
`;
  t.same(said(content), {
    'cluster/components/copy': 'env:\n  a: 1\n',
    'cluster/components/web': '# why\nimage: "example/web:1.2"\nversion: 1.0\nports: [ 8080 ]\n',
    'cluster/params/base': '&base { a: 1 }\n',
    'cluster/params/same': '&base { a: 1 }\n',
  });
});

t.test('other nodes’ keys are left out, but read', async (t) => {
  t.same(said('nodes/web-1/role: a\nnodes/web-2/role: b\nmembers/x: c\n'), { 'nodes/web-1/role': 'a' });
  t.same(said('{}\n'), {});
});

t.test('what is no store file is refused with the place and a remedy', async (t) => {
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['', '/s.yaml: it is empty: write the keys, or {} if there are to be none'],
    ['# nothing\n', '/s.yaml: it is empty: write the keys, or {} if there are to be none'],
    ['- a\n', '/s.yaml: it is not a mapping of keys: write lines such as "nodes/web-1/role: master"'],
    ['words', '/s.yaml: it is not a mapping of keys: write lines such as "nodes/web-1/role: master"'],
    [
      'nodes/web-1/role: a\ncluster/stack: core\nnodes/web-1/role: b\n',
      '/s.yaml:3:1: the same key stands there already: remove one',
    ],
    [
      'nodes:\n  web-1:\n    role: a\n',
      '/s.yaml:1:1: nodes is no key of the store: write keys such as nodes/web-1/role',
    ],
    [
      'cluster/stack: core\n7: a\n',
      '/s.yaml:2:1: 7 is no key of the store: write keys such as nodes/web-1/role',
    ],
    [
      'nodes/web-1/role: *a\n',
      '/s.yaml:1:1: the value of nodes/web-1/role: the alias stands for nothing before it: correct it',
    ],
    ['cluster/stack: core\n---\ncluster/stack: kato\n', '/s.yaml:2:1: a second document begins: keep one'],
    [Buffer.from([0x61, 0xff, 0xfe]), '/s.yaml: it is not UTF-8 text: save it as UTF-8'],
  ];
  for (const [content, why] of cases) t.equal(said(content), `store unreadable: ${why}`, String(content));
});

t.test('a broken file is refused without showing what is in it', async (t) => {
  for (const content of [
    'nodes/web-1/params/secret.db: "hunter2\n',
    'nodes/web-1/params/secret.db: [hunter2\n',
    'nodes/web-1/params/secret.db: hunter2: x\n',
    'a/b: 1\n  hunter2\n c/d: 2\n',
    '\thunter2: x\n',
  ]) {
    const why = said(content);
    t.match(why, /^store unreadable: \/s\.yaml:\d+:\d+: .*: correct it$/, content);
    t.notMatch(why, /hunter2/);
  }
});

t.test('aliases that would grow without end are refused', async (t) => {
  const lines = ['cluster/params/a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at < 9; at += 1)
    lines.push(`cluster/params/a${at}: &a${at} [${`*a${at - 1}, `.repeat(10)}]`);
  t.match(said(lines.join('\n')), /^store unreadable: .*cluster\/params\/a\d: Excessive alias count/);
});

t.test('a megabyte of garbage is refused', async (t) => {
  t.match(said('{"[: '.repeat(200_000)), /^store unreadable: /);
});
