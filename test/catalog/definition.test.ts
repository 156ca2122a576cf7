import t from 'tap';
import { catalogOf, problemLines, web } from './catalog-of.js';

/** What is wrong with a definition of these lines, or `good`. */
function verdict(yaml: string, templates: Readonly<Record<string, string>> = {}): string {
  const catalog = catalogOf({ components: { web: yaml }, templates });
  return problemLines(catalog.problems) || (catalog.components.has('web') ? 'good' : 'lost');
}

const good: readonly string[] = [
  '',
  'command: [httpd, -f, "{{ params.port }}"]',
  'ports: [8080, 53/udp, "8080:80/tcp"]',
  'memory: "{{ params.memory }}"\ncpus: 0.5\nshmSize: 64m\nprivileged: "{{ params.privileged }}"',
  'volumes: { data: /var/lib/web }\ntmpfs: { /run/web: size=1m }',
  'mounts:\n  - { source: /sys, target: /sys, readOnly: true }',
  'dns: [1.1.1.1, "::1"]\nextraHosts: ["a.b:10.0.0.1"]\nulimits: { nofile: 1024:65536, core: -1 }',
  'restart: { policy: on-failure, min: 2s, max: 1m, reset: 5m, cleanExits: [143], finalExits: [2] }',
  'probes: { live: { tcp: 8080 }, ready: { http: "http://127.0.0.1:8080/", expect: 204, period: 5s } }',
  'probes: { lead: { http: "http://[::1]:1/", json: { path: $.leader, equals: "{{ node.address }}" } } }',
  'probes: { live: { dns: { name: version.bind, type: TXT, class: CH } } }',
  'probes: { live: { exec: [pg_isready, "-U{{ params.user }}"] }, ready: { unix: "/run/{{ node.name }}.sock" } }',
  'command: [{ each: node.roles, value: "--role={{ item }}" }]',
  'env: { VERSION: 1.10, ANSWER: no, EMPTY: "" }',
  'files: [{ target: /etc/web/web.conf, content: "a\\nb\\n", onChange: recreate }]',
  'files: [{ target: /etc/web/a, content: x, onChange: { signal: SIGUSR2 }, validate: [web, "-c", "{{ node.name }}"] }]',
  'files: [{ target: /etc/web/a, content: x, onChange: "{{ params.way }}" }]',
  'when: "{{ params.vip }}"',
];

for (const lines of good) t.test(`good: ${lines}`, async (t) => t.equal(verdict(web(lines)), 'good'));

const bad: readonly (readonly [string, string])[] = [
  ['comand: [httpd]', 'web.yaml:4:1 comand: unknown key; did you mean command?'],
  [
    'probes:\n  live: { tpc: 80 }',
    'web.yaml:5:9 probes.live: one of tcp, http, fourLetter, dns, unix, exec is needed; found none\nweb.yaml:5:11 probes.live.tpc: unknown key; did you mean tcp?',
  ],
  [
    'disruption: { max: 0 }',
    'web.yaml:4:20 disruption.max: expected a number of nodes such as 1, or a share of them such as 10%',
  ],
  [
    'disruption: { peers: { serve: [{ exec: [true] }] } }',
    'web.yaml:4:40 disruption.peers.serve[0].exec: another node is asked over the network',
  ],
  ['memory: 512', 'web.yaml:4:9 memory: expected a size above 0, such as 512k, 64m or 2g'],
  ['memory: 0m', 'web.yaml:4:9 memory: expected a size above 0, such as 512k, 64m or 2g'],
  ['stop: { timeout: 30 }', 'web.yaml:4:18 stop.timeout: expected a duration such as 500ms, 30s, 5m or 1h'],
  ['stop: { signal: TERM }', 'web.yaml:4:17 stop.signal: expected a signal such as SIGTERM'],
  ['command: httpd -f', 'web.yaml:4:10 command: expected a list, found text'],
  ['command: { a: b }', 'web.yaml:4:10 command: expected a list, found a mapping'],
  ['command:', 'web.yaml:4:9 command: has no value: give it one, or remove the line; an empty text is ""'],
  ['env: { A: [b] }', 'web.yaml:4:11 env.A: expected text, found a list'],
  ['env: { "A B": c }', 'web.yaml:4:8 env.A B: not a name of a variable'],
  ['ports: [80, 99999]', 'web.yaml:4:13 ports[1]: expected a port such as 8080, 53/udp or 8080:80/tcp'],
  ['privileged: yes', 'web.yaml:4:13 privileged: expected true or false'],
  [
    'volumes: { data: ../x }',
    'web.yaml:4:18 volumes.data: expected an absolute path without "..", "//", ":" or a "/" at its end',
  ],
  [
    'volumes: { data: /a/../etc }',
    'web.yaml:4:18 volumes.data: expected an absolute path without "..", "//", ":" or a "/" at its end',
  ],
  ['hostname: "a\\nb"', 'web.yaml:4:11 hostname: expected a host name'],
  [
    'labels: { io.katod.node: x }',
    'web.yaml:4:11 labels.io.katod.node: not a name of a label (io.katod. is kept for katod)',
  ],
  ['files: [{ target: /etc/web/a }]', 'web.yaml:4:9 files[0]: either template or content is needed'],
  [
    'files: [{ target: /etc/web/a, content: x, template: y }]',
    'web.yaml:4:9 files[0]: either template or content is needed\nweb.yaml:4:53 files[0].template: there is no y among the templates',
  ],
  [
    'files: [{ target: /etc/web/a, content: x, onChange: reload }]',
    'web.yaml:4:53 files[0].onChange: expected recreate, restart, none, or a signal such as { signal: SIGHUP }',
  ],
  [
    'files: [{ target: /etc/web/a, content: x, validate: [] }]',
    'web.yaml:4:53 files[0].validate: a command is needed',
  ],
  [
    'files: [{ target: /etc/web/a, template: ../../etc/passwd }]',
    'web.yaml:4:41 files[0].template: not a name of a template\nweb.yaml:4:41 files[0].template: there is no ../../etc/passwd among the templates',
  ],
  [
    'probes: { live: { tcp: 1, http: "http://a/" } }',
    'web.yaml:4:17 probes.live: one of tcp, http, fourLetter, dns, unix, exec is needed; found tcp and http',
  ],
  [
    'probes: { live: { tcp: 1, expect: 200 } }',
    'web.yaml:4:35 probes.live.expect: expect goes with http only',
  ],
  [
    'probes: { live: { http: ftp://a } }',
    'web.yaml:4:25 probes.live.http: expected a URL such as http://127.0.0.1:8080/ping',
  ],
  [
    'probes: { live: { http: "http://a/", json: { path: "$..a", equals: b } } }',
    "web.yaml:4:52 probes.live.json.path: expected a path of plain members such as $.leader or $['registrar/log/recovered']",
  ],
  ['probes: { live: { exec: [] } }', 'web.yaml:4:25 probes.live.exec: a command is needed'],
  ['probes: { live: { exec: pg_isready } }', 'web.yaml:4:25 probes.live.exec: expected a list, found text'],
  [
    'probes: { live: { unix: run/x.sock } }',
    'web.yaml:4:25 probes.live.unix: expected an absolute path without "..", "//", ":" or a "/" at its end',
  ],
  [
    `probes: { live: { unix: /${'x'.repeat(107)} } }`,
    'web.yaml:4:25 probes.live.unix: expected a path of at most 107 bytes: a socket can have no longer one',
  ],
  [
    'probes: { live: { grpc: a } }',
    'web.yaml:4:17 probes.live: one of tcp, http, fourLetter, dns, unix, exec is needed; found none\nweb.yaml:4:19 probes.live.grpc: unknown key; known are tcp, http, expect, json, fourLetter, dns, unix, exec, period, timeout, failures, startPeriod',
  ],
  ['command: ["{{ params.a"]', 'web.yaml:4:11 command[0]: output "{{ params.a" not closed'],
  [
    'command: ["{{ nod.name }}"]',
    'web.yaml:4:11 command[0]: unknown name nod; known are node, cluster, members, ensembles, ensemble, params; did you mean node?',
  ],
  [
    'when: "{{ nod.name }}"',
    'web.yaml:4:7 when: unknown name nod; known are node, cluster, members, ensembles, ensemble, params; did you mean node?',
  ],
  [
    'command: ["{{ item }}"]',
    'web.yaml:4:11 command[0]: unknown name item; known are node, cluster, members, ensembles, ensemble, params',
  ],
  [
    'command: [{ each: node.roles }]',
    'web.yaml:4:11 command[0]: an item with each has an expression as each, a value, and nothing else',
  ],
  ['command: [{ each: "a | b", value: "{{ item }}" }]', 'web.yaml:4:19 command[0].each: undefined filter: b'],
  ['env: { A: {{ params.a }} }', 'web.yaml:4:11 a key must be text; a template stands in quotes: "{{ … }}"'],
  ['memory: 1m\nmemory: 2m', 'web.yaml:5:1 not valid YAML: Map keys must be unique'],
  ['<<: *other', 'web.yaml:4:5 there is no anchor &other before this'],
  ['env: { __proto__: x }', 'web.yaml:4:8 "__proto__" can\'t be a key'],
  ['constructor: x', 'web.yaml:4:1 constructor: unknown key'],
  ['command: [!!binary aGk=]', 'web.yaml:4:20 only text can stand here'],
  ['command: [!run x]', 'web.yaml:4:11 not valid YAML: Unresolved tag: !run'],
];

for (const [lines, expected] of bad)
  t.test(`bad: ${lines}`, async (t) => t.equal(verdict(web(lines)), expected));

t.test('all that is missing or wrong is told at once', async (t) => {
  t.equal(
    verdict('name: wed\nmemory: 5\nprobs: {}\n'),
    [
      'web.yaml:1:1 description: is missing',
      'web.yaml:1:7 name: must be web, as the file is named',
      'web.yaml:2:9 memory: expected a size above 0, such as 512k, 64m or 2g',
      'web.yaml:3:1 probs: unknown key; did you mean probes?',
    ].join('\n'),
  );
});

t.test('what is no mapping is told as such', async (t) => {
  t.equal(verdict(''), 'web.yaml has no value: give it one, or remove the line; an empty text is ""');
  t.equal(verdict('- a'), 'web.yaml:1:1 expected a mapping, found a list');
  t.equal(verdict('garbage'), 'web.yaml:1:1 expected a mapping, found text');
});

t.test('a template file is checked once and blocks those that name it', async (t) => {
  const files = web('files: [{ target: /etc/web/a, template: a.liquid }]');
  t.equal(verdict(files, { 'a.liquid': 'x\n{{ node.name }}' }), 'good');
  t.equal(
    verdict(files, { 'a.liquid': 'x\n  {{ node.nam }}' }),
    'a.liquid:2:6 unknown name node.nam; node has name, address, hostname, roles; did you mean name?',
  );
});

t.test('bombs in YAML are refused, and soon', async (t) => {
  const level = (n: number) =>
    `  x${n}: &a${n} [${Array(10)
      .fill(`*a${n - 1}`)
      .join(', ')}]`;
  const bomb = web(`env:\n  x0: &a0 [x]\n${Array.from({ length: 8 }, (_, n) => level(n + 1)).join('\n')}`);
  t.match(verdict(bomb), /more than 20000 values, aliases resolved/);
  t.match(verdict(web(`command: ${'['.repeat(50)}${']'.repeat(50)}`)), /nested more than 32 deep/);
  t.match(verdict(web(`command: ${'['.repeat(100_000)}`)), /nested more than 32 deep/);
  t.match(verdict(web(`env: { A: ${'x'.repeat(1_000_000)} }`)), /longer than 262144 characters/);
  t.match(verdict(web('env: &a { A: *a }')), /nested more than 32 deep|Unresolved alias/);
});
