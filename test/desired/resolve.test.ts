import fc from 'fast-check';
import t from 'tap';
import { type Accepted, NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import type { ComponentSpec, Desired, Wanted } from '../../src/desired/desired.js';
import { resolve } from '../../src/desired/resolve.js';
import { catalogOf, problemLines, type Texts, web } from '../catalog/catalog-of.js';

const facts = { name: 'web-1', address: '10.0.0.5', hostname: 'web' };

interface Case extends Texts {
  readonly cluster?: Readonly<Record<string, string>>;
  readonly node?: Readonly<Record<string, string>>;
  readonly roles?: readonly string[];
  /** Lines of the stack `s` below its roles. */
  readonly stackLines?: string;
}

/** A stack `s` with one role `all` that has every component, unless stacks are given. */
function desired(input: Case): Desired {
  const names = Object.keys(input.components ?? {});
  const stack = `name: s\ndescription: x\nroles: { all: { description: x, components: [${names.join(', ')}] } }\n${input.stackLines ?? ''}`;
  const catalog = catalogOf({ stacks: { s: stack }, ...input });
  const accepted: Accepted = {
    ...NOTHING_ACCEPTED,
    revision: '5',
    assignment: { stack: 's', roles: input.roles ?? ['all'] },
    params: { cluster: input.cluster ?? {}, node: input.node ?? {} },
  };
  return resolve({ catalog, accepted, facts, from: 'etcd' });
}

function components(input: Case): ReadonlyMap<string, Wanted> {
  const result = desired(input);
  if (!result.known) throw new Error(result.why);
  return result.components;
}

function spec(input: Case, name = 'web'): ComponentSpec {
  const found = components(input).get(name);
  if (found === undefined) throw new Error(`${name} is left out`);
  if (!found.ok) throw new Error(problemLines(found.problems));
  return found.spec;
}

/** What is refused, each with its sentences. */
function refusals(input: Case): string {
  return [...components(input).values()]
    .flatMap((each) => (each.ok ? [] : [problemLines(each.problems)]))
    .join('\n');
}

const one = (lines: string): Case => ({ components: { web: web(lines) } });

t.test('defaults are those of the contract', async (t) => {
  const { shape, restart, stopTimeout, probes, after, hostPorts } = spec(
    one('probes: { live: { tcp: 80 }, ready: { http: "http://a/" } }'),
  );
  t.strictSame(restart, {
    policy: 'always',
    min: 1_000,
    max: 60_000,
    reset: 600_000,
    cleanExits: [],
    finalExits: [],
  });
  t.equal(stopTimeout, 10_000);
  t.strictSame(probes, {
    live: {
      check: { kind: 'tcp', host: '127.0.0.1', port: 80 },
      period: 10_000,
      timeout: 3_000,
      failures: 6,
      startPeriod: 60_000,
    },
    ready: {
      check: { kind: 'http', url: 'http://a/', expect: 200 },
      period: 5_000,
      timeout: 3_000,
      failures: 2,
      startPeriod: 0,
    },
  });
  t.strictSame([after, hostPorts], [[], []]);
  t.strictSame(shape, {
    image: 'example/web:1',
    env: {},
    network: 'host',
    publish: [],
    volumes: {},
    mounts: [],
    files: [],
    ulimits: [],
    sysctls: {},
    capAdd: [],
    capDrop: [],
    privileged: false,
    devices: [],
    tmpfs: {},
    readOnly: false,
    extraHosts: [],
    dns: [],
    logging: null,
  });
});

t.test('all fields reach the spec', async (t) => {
  const { shape, hostPorts, labels, stopTimeout } = spec({
    components: {
      web: web(
        [
          'network: bridge',
          'ports: [8080:80, "8080:80/udp", 8080:80]',
          'memory: "{{ params.memory }}"',
          'cpus: 1.5',
          'privileged: "{{ params.yes }}"',
          'ulimits: { nofile: 1:2, core: -1 }',
          'devices: [/dev/kmsg, "/dev/a:/dev/b:r"]',
          'mounts: [{ source: /sys, target: /host/sys, readOnly: true }]',
          'logging: { driver: local, options: { max-size: 1m } }',
          'labels: { a.b: c }',
          'pid: host',
          'stop: { signal: SIGINT, timeout: 2m }',
          'env: { VERSION: 1.10, ANSWER: no, EMPTY: "", LINES: "a\\nb" }',
        ].join('\n'),
      ),
    },
    cluster: { memory: '64m', yes: 'true' },
  });
  t.match(shape, {
    network: 'bridge',
    memory: 67_108_864,
    cpus: 1.5,
    privileged: true,
    pid: 'host',
    stopSignal: 'SIGINT',
    ulimits: [
      { name: 'core', soft: -1, hard: -1 },
      { name: 'nofile', soft: 1, hard: 2 },
    ],
    devices: [
      { source: '/dev/kmsg', target: '/dev/kmsg', permissions: 'rwm' },
      { source: '/dev/a', target: '/dev/b', permissions: 'r' },
    ],
    mounts: [{ source: '/sys', target: '/host/sys', readOnly: true }],
    logging: { driver: 'local', options: { 'max-size': '1m' } },
    env: { VERSION: '1.10', ANSWER: 'no', EMPTY: '', LINES: 'a\nb' },
  });
  t.strictSame(shape.publish.slice(0, 2), [
    { port: 8080, target: 80, protocol: 'tcp' },
    { port: 8080, target: 80, protocol: 'udp' },
  ]);
  t.strictSame(hostPorts, [
    { port: 8080, protocol: 'tcp' },
    { port: 8080, protocol: 'udp' },
  ]);
  t.strictSame([labels, stopTimeout], [{ 'a.b': 'c' }, 120_000]);
});

t.test('lists: items that come to nothing are left out, and each gives one item per element', async (t) => {
  const { shape } = spec({
    ...one(
      [
        'command:',
        '  - a',
        '  - "{% if params.gone %}x{% endif %}"',
        `  - { each: 'params.list | split: ","', value: "--x={{ item | strip }}" }`,
        '  - { each: node.roles, value: "{{ item }}@{{ node.name }}" }',
        '  - z',
        'mounts:',
        `  - { each: 'params.list | split: ","', value: { source: "/s/{{ item | strip }}", target: "/t/{{ item | strip }}" } }`,
      ].join('\n'),
    ),
    cluster: { list: 'one, two' },
  });
  t.strictSame(shape.command, ['a', '--x=one', '--x=two', 'all@web-1', 'z']);
  t.strictSame(
    shape.mounts.map(({ target }) => target),
    ['/t/one', '/t/two'],
  );
});

t.test('parameters: the default, then the cluster, then the node', async (t) => {
  const base = {
    ...one('command: ["{{ params.a }}"]'),
    stackLines: 'params: { a: { default: "d-{{ node.address }}", description: x } }',
  };
  const command = (input: Partial<Case>) => spec({ ...base, ...input }).shape.command?.[0];
  t.equal(command({}), 'd-10.0.0.5');
  t.equal(command({ cluster: { a: 'c' } }), 'c');
  t.equal(command({ cluster: { a: 'c' }, node: { a: 'n' } }), 'n');
  t.equal(
    command({ cluster: { a: '{{ node.name }}' } }),
    '{{ node.name }}',
    'a value of the store is never a template',
  );
});

t.test('the definition hash is of what is equal on all nodes', async (t) => {
  const base = {
    ...one('command: ["{{ params.a | default: node.name }}"]'),
    stackLines: 'params: { a: { default: "{{ node.address }}", description: x } }',
  };
  const hash = (input: Partial<Case>) => spec({ ...base, ...input }).definition;
  t.equal(hash({}), hash({ node: { a: 'n' } }), "not a node's parameter");
  t.equal(hash({}), hash({ cluster: { unused: 'x' } }), 'not a parameter that it does not use');
  t.not(hash({}), hash({ cluster: { a: 'c' } }), 'a cluster parameter that it uses');
  t.not(hash({}), hash({ cluster: { 'image.web': 'example/web:2' } }), 'its image');
  t.equal(
    hash({}),
    hash({
      components: {
        web: 'image: example/web:1\ncommand: ["{{ params.a | default: node.name }}"]\ndescription: a web server\nname: web',
      },
    }),
    'not the order of keys',
  );
  t.not(hash({}), hash(one('command: [b]')));
  const file = (text: string) =>
    spec({ components: { web: web('files: [{ target: /etc/web/a, template: a }]') }, templates: { a: text } })
      .definition;
  t.not(file('x'), file('y'), 'a template file');
});

t.test('the digest is of the container alone', async (t) => {
  const digest = (lines: string) => spec(one(lines)).digest;
  t.equal(
    digest(''),
    digest('probes: { live: { tcp: 1 } }\nstop: { timeout: 1m }\nrestart: { min: 5s }\nlabels: { a: b }'),
  );
  t.equal(digest('ports: [80]'), digest('ports: [81]'), "with the host's network a port is only watched");
  t.not(digest(''), digest('env: { A: b }'));
});

t.test(
  'a file that changes under its container leaves its folder in the digest, and nothing else',
  async (t) => {
    const files = (...lines: readonly string[]) => spec(one(`files: [${lines.join(', ')}]`));
    const hup = 'onChange: { signal: SIGHUP }';
    const before = files(`{ target: /etc/web/a, content: x, ${hup} }`);
    t.strictSame([before.shape.files, before.shape.liveFolders], [[], ['/etc/web']]);
    t.match(before.files.live, [{ target: '/etc/web/a', content: 'x', onChange: { signal: 'SIGHUP' } }]);
    const same = [
      `{ target: /etc/web/a, content: y, ${hup} }`,
      '{ target: /etc/web/a, content: x, onChange: restart }',
      `{ target: /etc/web/b, content: x, ${hup}, validate: [web, -c] }`,
    ];
    for (const line of same) {
      const after = files(line);
      t.equal(after.digest, before.digest, line);
      t.not(after.files.digest, before.files.digest, line);
    }
    t.not(files(`{ target: /srv/a, content: x, ${hup} }`).digest, before.digest, 'another folder');
    t.not(files('{ target: /etc/web/a, content: x }').digest, before.digest, 'a file that it is made of');
    t.strictSame(files('{ target: /etc/web/a, content: x }').shape.liveFolders, undefined);
    const checked = files(
      '{ target: /etc/web/a, content: x, validate: [web, -c] }',
      `{ target: /etc/web/b, content: x, validate: [web, "-c", ""], ${hup} }`,
      `{ target: /etc/web/c, content: x, validate: [web, "{{ node.name }}"], ${hup} }`,
    );
    t.strictSame(
      checked.files.validate,
      [
        ['web', '-c'],
        ['web', 'web-1'],
      ],
      'each command once',
    );
  },
);

t.test('when leaves a component out', async (t) => {
  const left = (value: string, cluster = {}) =>
    !components({ ...one(`when: "${value}"`), cluster }).has('web');
  t.strictSame(
    [
      left('{{ params.vip }}'),
      left('false'),
      left(' '),
      left('{{ params.vip }}', { vip: 'false' }),
      left('{{ params.a }}{{ params.b }}'),
    ],
    [true, true, true, true, true],
  );
  t.strictSame([left('{{ params.vip }}', { vip: '10.0.0.9' }), left('true')], [false, false]);
});

const noImage = 'name: web\ndescription: has no public image; build one\n';

t.test('images: the parameter wins, and without any it says what to do', async (t) => {
  t.equal(spec({ ...one(''), cluster: { 'image.web': 'example/own:2' } }).shape.image, 'example/own:2');
  t.equal(
    spec({ components: { web: noImage }, node: { 'image.web': 'example/own:2' } }).shape.image,
    'example/own:2',
  );
  t.equal(
    refusals({ components: { web: noImage } }),
    'web.yaml:1:1 no image, and parameter image.web is not set (has no public image; build one): etcdctl put /katod/cluster/params/image.web IMAGE',
  );
  t.equal(
    refusals({ components: { web: `${noImage}command: ['{{ params["image.web"] }}']` } }).split('\n').length,
    1,
    'told once',
  );
  t.match(
    refusals({ components: { web: web(`command: ['{{ params["image.web"] }}']`) } }),
    /^web.yaml:4:11 command\[0\]: parameter image.web is not set/,
    'told also where there is an image',
  );
  t.match(
    refusals({ ...one(''), cluster: { 'image.web': 'Not An Image' } }),
    /^web.yaml:1:1 parameter image.web: "Not An Image" is no image reference: .*etcdctl put/,
  );
  t.match(
    refusals(
      one('').components
        ? { components: { web: 'name: web\ndescription: x\nimage: "{{ node.name }}:"' } }
        : {},
    ),
    /^web.yaml:3:8 image: "web-1:" is no image reference/,
  );
});

const bad: readonly (readonly [string, string])[] = [
  [
    'command: ["{{ params.domian }}"]',
    'web.yaml:4:11 command[0]: parameter domian is not set; did you mean domain?; to set it: etcdctl put /katod/cluster/params/domian VALUE',
  ],
  [
    'memory: "{{ params.domain }}"',
    'web.yaml:4:9 memory: expected a size above 0, such as 512k, 64m or 2g, found "x.test"',
  ],
  [
    'memory: \'{{ params["secret.size"] }}\'',
    'web.yaml:4:9 memory: expected a size above 0, such as 512k, 64m or 2g, found ***',
  ],
  [
    'ports: [{ each: \'params["secret.size"] | split: ","\', value: "{{ item }}" }]',
    'web.yaml:4:62 ports[0].value: expected a port such as 8080, 53/udp or 8080:80/tcp, found ***',
  ],
  [
    'command: ["{% if params.gone %}{% endif %}", "{{ params.gone }}"]',
    'web.yaml:4:46 command[1]: parameter gone is not set; to set it: etcdctl put /katod/cluster/params/gone VALUE',
  ],
  [
    'command: [{ each: params.domain, value: x }]',
    'web.yaml:4:19 command[0].each: gives no list: make one with `split`',
  ],
  ['command: [{ each: (1..2000), value: x }]', 'web.yaml:4:19 command[0].each: gives more than 1000 items'],
  ['hostname: "{{ params.lines }}"', 'web.yaml:4:11 hostname: expected a host name, found "a\\nb"'],
  [
    'volumes: { a: "/{{ params.lines }}" }',
    'web.yaml:4:15 volumes.a: expected an absolute path without "..", "//", ":" or a "/" at its end, found "/a\\nb"',
  ],
  [
    'volumes: { a: "/x/{{ params.up }}" }',
    'web.yaml:4:15 volumes.a: expected an absolute path without "..", "//", ":" or a "/" at its end, found "/x/../../etc"',
  ],
  [
    'ports: [8080:80]',
    "web.yaml:4:9 ports[0]: with the host's network a port can't be mapped: give one number",
  ],
  [
    'network: bridge\nports: [80]',
    'web.yaml:5:9 ports[0]: with a network of its own a port is given as HOST:CONTAINER, such as 8080:80',
  ],
  ['network: none\nports: [80]', 'web.yaml:5:9 ports[0]: a container without a network has no ports'],
  ['restart: { min: 5s, max: 1s }', 'web.yaml:4:17 restart.min: is longer than restart.max'],
  [
    'files: [{ target: /etc/web.conf, content: x }]',
    'web.yaml:4:19 files[0].target: all of /etc would be mounted over: give the file a folder of its own',
  ],
  [
    'files: [{ target: /a/b/c, content: x }]\nvolumes: { d: /a/b }',
    'web.yaml:4:19 files[0].target: /a/b is mounted already, by volumes.d',
  ],
  [
    'files: [{ target: /a/b/c, content: x }, { target: /a/b/c, content: y }]',
    'web.yaml:4:51 files[1].target: /a/b/c is written already by an earlier file',
  ],
  [
    'files: [{ target: /etc/web/a, template: a }]',
    'web.yaml:4:9 files[0]: a:2:4: parameter gone is not set; to set it: etcdctl put /katod/cluster/params/gone VALUE',
  ],
  ['after: [wev]', 'web.yaml after: there is no component wev; did you mean web?'],
  ['after: [web]', "web.yaml after: web can't start after itself"],
  [
    'when: "{% for i in (1..100000) %}x{% endfor %}"',
    'web.yaml:4:7 when: the templates take more than 4,000 steps: make them smaller',
  ],
];

for (const [lines, expected] of bad) {
  t.test(`refused: ${lines}`, async (t) => {
    const cluster = { domain: 'x.test', 'secret.size': 'hush', lines: 'a\nb', up: '../../etc' };
    const text = refusals({ ...one(lines), templates: { a: 'x\n{{ params.gone }}' }, cluster });
    t.equal(text, expected);
    t.notMatch(text, 'hush');
  });
}

const named = (name: string, lines: string) => `name: ${name}\ndescription: x\nimage: example/x:1\n${lines}`;

t.test('all of a circle are refused, and nobody else', async (t) => {
  const input = {
    components: {
      a: named('a', 'after: [c]'),
      b: named('b', 'after: [a]'),
      c: named('c', 'after: [b, d]'),
      d: named('d', ''),
      e: named('e', 'after: [a]'),
    },
  };
  const sentence =
    'after: a, b, c wait for each other in a circle, so none could start: take one of them out of an "after"';
  t.equal(refusals(input), ['a', 'b', 'c'].map((name) => `${name}.yaml ${sentence}`).join('\n'));
  const result = desired(input);
  t.strictSame(result.known && Object.fromEntries(result.order), { a: [], b: [], c: ['d'], d: [], e: ['a'] });
});

t.test('two components never share a volume by the way their names are put together', async (t) => {
  const components = {
    a: named('a', 'volumes: { b-c: /data }'),
    'a-b': named('a-b', 'volumes: { c: /data }'),
  };
  t.equal(
    refusals({ components }),
    'a-b.yaml volumes: a-b and a both need the volume of name a-b-c: rename one of them',
  );
});

t.test('the later of two components on one port is refused, and both are named', async (t) => {
  const components = {
    a: named('a', 'ports: [80, 53/udp]'),
    b: named('b', 'network: bridge\nports: [80:8080]'),
    c: named('c', 'ports: [53]'),
  };
  t.equal(
    refusals({ components }),
    'b.yaml ports: b and a both need port 80/tcp of this host: move one of them, or take it off this node',
  );
});

t.test(
  'roles make the union in the order of the catalog, and a component elsewhere is no dependency to refuse',
  async (t) => {
    const components_ = { a: named('a', ''), b: named('b', 'after: [a]'), c: named('c', '') };
    const stacks = {
      s: 'name: s\ndescription: x\nroles: { one: { description: x, components: [a, c] }, two: { description: x, components: [c, b] }, three: { description: x, components: [] } }',
    };
    const of = (...roles: string[]) =>
      [...components({ components: components_, stacks, roles }).keys()].join(' ');
    t.equal(of('two', 'one'), 'a c b');
    t.equal(of('two'), 'c b');
    t.equal(of('three'), '');
    t.equal(of(), '', 'role none');
    t.equal(refusals({ components: components_, stacks, roles: ['two'] }), '');
  },
);

t.test('a component without a good definition is refused alone', async (t) => {
  const stacks = {
    s: 'name: s\ndescription: x\nroles: { all: { description: x, components: [web, gone, bad] } }',
  };
  const input = { components: { web: web('after: [bad]'), bad: 'name: bad\nmemory: 3' }, stacks };
  t.ok(components(input).get('web')?.ok, 'and may be waited for');
  t.match(
    refusals(input),
    /^component gone there is no definition of it: add components\/gone.yaml to the catalog, or cluster\/components\/gone to the store\nbad.yaml:1:1 description: is missing\nbad.yaml:2:9 memory: /,
  );
});

t.test('what is not known is no empty desire', async (t) => {
  const catalog = catalogOf({ stacks: { s: 'name: s\ndescription: x\nroles: {}', bad: 'name: bad' } });
  const why = (assignment: Accepted['assignment']) => {
    const result = resolve({ catalog, accepted: { ...NOTHING_ACCEPTED, assignment }, facts, from: 'disk' });
    return result.known ? 'known' : `${result.unassigned} ${result.why}`;
  };
  t.equal(why(null), 'true node web-1 has no role yet: etcdctl put /katod/nodes/web-1/role ROLE');
  const kept = 'bring it back, or set another role or stack; until then what runs is kept';
  t.equal(why({ stack: 'gone', roles: [] }), `false the catalog has no stack gone: ${kept}`);
  t.equal(
    why({ stack: 's', roles: ['master'] }),
    `false there is no role master any more, neither in stack s of the catalog nor in the store (cluster/roles/master): ${kept}`,
  );
  t.equal(
    why({ stack: 'bad', roles: [] }),
    `false the file of stack bad is refused (bad.yaml:1:1: description: is missing): ${kept}`,
  );
});

t.test('any parameters give a result, the same each time, and no prototype is touched', async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('{{ x }}', '__proto__', '8080', '/a', 'true', '1m'));
  const name = fc.constantFrom('a', 'b', 'image.web', 'constructor', 'toString', 'secret.x');
  const lines =
    'command: ["{{ params.a }}"]\nuser: "{{ params.b }}"\nenv: { A: \'{{ params["secret.x"] }}\', constructor: "{{ params.constructor }}" }';
  fc.assert(
    fc.property(fc.dictionary(name, text), fc.dictionary(name, text), (cluster, node) => {
      const run = () => JSON.stringify([...components({ ...one(lines), cluster, node })]);
      const [first, second] = [run(), run()];
      return first === second && !('a' in {});
    }),
    { numRuns: 300 },
  );
});

t.test('a thousand components with a circle through all are refused within bounds', async (t) => {
  const all = Array.from({ length: 1_000 }, (_, n) => [
    `c${n}`,
    named(`c${n}`, `after: [c${(n + 1) % 1_000}]`),
  ]);
  const refused = refusals({ components: Object.fromEntries(all) }).split('\n');
  t.equal(refused.length, 1_000);
  t.match(refused[0], /and others wait for each other/);
});

const choosy: Case = {
  components: { web: web(''), store: web('').replace('web', 'store') },
  stacks: {
    s: `name: s
description: x
roles:
  all:
    description: x
    components:
      - web
      - { name: store, when: '{% if params.keep != "no" %}true{% endif %}' }
params: { keep: { description: whether there is a store } }
`,
  },
};

t.test('a role has a component where the parameters say so, a node by its own', async (t) => {
  const names = (input: Case) => [...components(input).keys()].join(',');
  t.equal(names(choosy), 'web,store', 'an unset parameter is empty');
  t.equal(names({ ...choosy, cluster: { keep: 'no' } }), 'web');
  t.equal(names({ ...choosy, cluster: { keep: 'no' }, node: { keep: 'yes' } }), 'web,store');
  const found = desired({ ...choosy, cluster: { keep: 'no' }, node: { keep: 'yes' } });
  t.strictSame(
    found.known && [...found.rolesWith],
    [['web', ['all']]],
    'which roles have it is the same on every node',
  );
});
