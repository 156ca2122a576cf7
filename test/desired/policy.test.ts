import t from 'tap';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import { DEFAULT_POLICY, type Policy } from '../../src/desired/policy.js';
import { resolve } from '../../src/desired/resolve.js';
import { catalogOf, problemLines, web } from '../catalog/catalog-of.js';

const FLAGS = (name: string) =>
  `{ each: 'params["flags.${name}"] | default: "" | split: " "', value: "{{ item }}" }`;
const stack =
  'name: s\ndescription: x\nroles: { all: { description: x, components: [web, root, bare, bind] } }\nparams: { flags.web: { description: x }, flags.root: { description: x }, flags.bind: { description: x }, port: { description: x, default: "80" }, sock: { description: x, default: /run/a.sock } }';
const catalog = catalogOf({
  components: {
    web: web(`command: [httpd, "{{ params.port }}", ${FLAGS('web')}]`),
    bind: `name: bind\ndescription: x\nimage: docker.io/example/bind:1\ncapDrop: [ALL]\ncapAdd: [NET_BIND_SERVICE, CAP_SETUID]\ncommand: [named, ${FLAGS('bind')}]`,
    root: `name: root\ndescription: x\nimage: example/root:1\nprivileged: true\nmounts: [{ source: "{{ params.sock }}", target: /s }]\ncommand: [run, "{{ params.port }}", ${FLAGS('root')}]\nenv: { A: b }\nmemory: 64m\nprobes: { live: { exec: [check, "{{ params.port }}"] } }`,
    bare: 'name: bare\ndescription: x\npid: host\ncommand: [run, "--image={{ params[\'image.bare\'] }}"]',
  },
  stacks: { s: stack },
});

interface Asked {
  /** Component to its overlay. */
  readonly overlay?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly policy?: Partial<Policy>;
}

/** What is refused, one line each, or the empty text. */
function refusals({ overlay = {}, params = {}, policy = {} }: Asked): string {
  const components = Object.fromEntries(
    Object.entries(overlay).map(([name, text]) => [name, { text, good: false, older: null }]),
  );
  const desired = resolve({
    catalog,
    accepted: {
      ...NOTHING_ACCEPTED,
      assignment: { stack: 's', roles: ['all'] },
      components,
      params: { cluster: { 'image.bare': 'example/bare:1', ...params }, node: {} },
    },
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web' },
    from: 'etcd',
    policy: { ...DEFAULT_POLICY, ...policy },
  });
  if (!desired.known) throw new Error(desired.why);
  return [...desired.components.values()]
    .flatMap((each) => (each.ok ? [] : [problemLines(each.problems)]))
    .join('\n');
}

const allowed: Readonly<Record<string, Asked>> = {
  'nothing asked': {},
  'any image, and another command, of a component without rights': {
    overlay: { web: 'image: other.example/x\ncommand: [x]\nenv: { A: b }\nuser: nobody' },
  },
  'what takes no rights': {
    overlay: {
      web: 'network: host\nsysctls: { net.core.somaxconn: "1" }\nulimits: { nofile: 1 }\ntmpfs: { /x: size=1m }\nlogging: { driver: syslog, options: { syslog-address: "udp://10.0.0.1:514" } }\nlabels: { a: b }\nvolumes: { data: /data }\nfiles: [{ target: /etc/web/a, content: "{{ params.port }}" }]',
    },
  },
  'what the shipped one has': {
    overlay: { root: 'privileged: true\nmounts: [{ source: /run/a.sock, target: /s, readOnly: true }]' },
  },
  'limits, probes and the like beside rights': {
    overlay: {
      root: 'memory: 1g\nprobes: { live: { exec: null, tcp: 80 }, ready: { exec: [check, "80"], period: 1m } }\nstop: { timeout: 1m }\nlabels: { a: b }',
    },
  },
  'a parameter that a shipped template uses': { params: { port: '81', sock: '/var/run/docker.sock' } },
  'another tag, or a digest': {
    overlay: { root: 'image: docker.io/example/root:2' },
    params: { 'image.root': `example/root@sha256:${'a'.repeat(64)}` },
  },
  'the image of a shipped definition that names none': { overlay: { bare: 'memory: 1g' } },
  'another program once the rights are given up': {
    overlay: { root: 'privileged: null\nmounts: null\ncommand: [sh]\nimage: other/x' },
  },
  'privileged, by the policy': { overlay: { web: 'privileged: true' }, policy: { privileged: ['web'] } },
  'host pid for all, by the policy': { overlay: { web: 'pid: host' }, policy: { hostPid: ['*'] } },
  'a path below one that the policy allows to it': {
    overlay: { web: 'mounts: [{ source: /srv/a, target: /a }]\ndevices: [/dev/dri/card0]' },
    policy: {
      hostPaths: [{ component: 'web', what: '/srv' }],
      devices: [{ component: null, what: '/dev/dri' }],
    },
  },
  'a capability with its other name': {
    overlay: { web: 'capAdd: [CAP_NET_ADMIN]' },
    policy: { capabilities: [{ component: null, what: 'NET_ADMIN' }] },
  },
  'another program with rights, by the policy': {
    overlay: { root: 'image: other/x\ncommand: [sh]' },
    params: { 'image.root': 'third/x' },
    policy: { override: ['root'] },
  },
  'images by pattern': {
    overlay: { web: 'image: registry.example:5000/team/web:1' },
    policy: { images: ['registry.example:5000/*', 'example/*'] },
  },
  'a share of NFS as a volume': {
    overlay: {
      web: 'volumes: { data: /data }\nvolumeDrivers: { data: { driver: local, options: { type: nfs4, device: ":/srv", o: "addr=10.0.0.9,rw" } } }',
    },
  },
  'a volume of a folder of the host, by the policy': {
    overlay: {
      web: 'volumes: { data: /data }\nvolumeDrivers: { data: { driver: local, options: { type: none, device: /srv/a, o: bind } } }',
    },
    policy: { hostPaths: [{ component: 'web', what: '/srv' }] },
  },
  'the registry of a component without rights': {
    overlay: { root: 'privileged: null\nmounts: null' },
    params: { registry: 'own.example' },
  },
  'flags of a component without rights': { params: { 'flags.web': '--verbose' } },
  'flags of one that has no more than any container': { params: { 'flags.bind': '-g' } },
  'flags beside rights, by the policy': {
    params: { 'flags.root': '--module=/x' },
    policy: { override: ['root'] },
  },
  'flags once the rights are given up': {
    overlay: { root: 'privileged: null\nmounts: null' },
    params: { 'flags.root': '-v' },
  },
  'the shipped image, whatever the policy says of images': {
    overlay: { web: 'image: example/web:2' },
    policy: { images: ['example/bare'] },
  },
};

for (const [title, asked] of Object.entries(allowed))
  t.test(`allowed: ${title}`, async (t) => t.equal(refusals(asked), ''));

const refused: readonly (readonly [string, Asked, RegExp])[] = [
  [
    'privileged',
    { overlay: { web: 'privileged: true' } },
    /web:1:13 privileged: .*add web to `policy.privileged`/,
  ],
  ['by a template', { overlay: { web: "privileged: \"{{ 'tr' | append: 'ue' }}\"" } }, /policy.privileged/],
  [
    'for another component',
    { overlay: { web: 'privileged: true' }, policy: { privileged: ['root'] } },
    /policy.priv/,
  ],
  ['host pid', { overlay: { web: 'pid: host' } }, /web:1:6 pid: .*policy.hostPid/],
  [
    'a host path',
    {
      overlay: { web: 'mounts: [{ source: /srvx, target: /a }]' },
      policy: { hostPaths: [{ component: null, what: '/srv' }] },
    },
    /mounts: \/srvx .*add web:\/srvx to `policy.hostPaths`/,
  ],
  [
    'writing where the shipped one may read',
    { overlay: { web: 'mounts: [{ source: /, target: /host }]' } },
    /mounts: \/ is not/,
  ],
  ['a device', { overlay: { web: 'devices: [/dev/kmsg]' } }, /devices: \/dev\/kmsg .*policy.devices/],
  [
    'more of what it has',
    { overlay: { root: 'mounts: [{ source: /run/a.sock, target: /s }, { source: /etc, target: /e }]' } },
    /root:1:9 mounts: \/etc is/,
  ],
  [
    'the same path elsewhere',
    { overlay: { root: 'mounts: [{ source: /run/a.sock, target: /bin }]' } },
    /mounts: \/run\/a.sock/,
  ],
  [
    'a folder of the host as a volume',
    {
      overlay: {
        web: 'volumes: { data: /data }\nvolumeDrivers: { data: { driver: local, options: { type: none, device: /etc, o: bind } } }',
      },
    },
    /volumeDrivers: \/etc .*add web:\/etc to `policy.hostPaths`/,
  ],
  [
    'a folder of the host by way of another file system',
    {
      overlay: {
        web: 'volumes: { data: /data }\nvolumeDrivers: { data: { driver: local, options: { type: overlay, device: overlay, o: "lowerdir=/etc" } } }',
      },
    },
    /volumeDrivers: \/ .*policy.hostPaths/,
  ],
  [
    'another registry beside rights',
    { params: { registry: 'evil.example' } },
    /^\/katod\/cluster\/params\/registry root has rights/,
  ],
  [
    'a registry that the policy does not know',
    {
      overlay: { root: 'privileged: null\nmounts: null' },
      params: { registry: 'evil.example' },
      policy: { images: ['own.example/*', 'example/bare'] },
    },
    /params\/registry web: evil.example\/example\/web:1.* does not allow/,
  ],
  ['a capability', { overlay: { web: 'capAdd: [ALL]' } }, /capAdd: ALL .*policy.capabilities/],
  [
    'a socket for the log',
    { overlay: { web: 'logging: { driver: syslog, options: { syslog-address: "unix:///run/x" } }' } },
    /logging: \/\/?\/?run\/x|logging: \/run\/x/,
  ],
  [
    "a file for the log's TLS",
    { overlay: { web: 'logging: { driver: syslog, options: { syslog-tls-key: /etc/key } }' } },
    /logging: \/etc\/key .*policy.hostPaths/,
  ],
  [
    "another container's network",
    { overlay: { web: 'network: "container:db"' } },
    /web:1:10 network: expected/,
  ],
  [
    'a repository beside rights',
    { overlay: { root: 'image: evil/root:1' } },
    /root:1:8 image: root has rights on the host \(privileged, mounts\).*shipped: example\/root:1.*policy.override/,
  ],
  [
    'a repository by parameter',
    { params: { 'image.root': 'evil/root:1' } },
    /^\/katod\/cluster\/params\/image.root root has rights/,
  ],
  [
    'a registry with the same path',
    { params: { 'image.root': 'evil.example/example/root:1' } },
    /image.root root has rights/,
  ],
  ['a command', { overlay: { root: 'command: [sh]' } }, /root:1:10 command: root has rights/],
  [
    'flags beside rights',
    { params: { 'flags.root': '--module=/x' } },
    /^\/katod\/cluster\/params\/flags.root root has rights on the host \(privileged, mounts\), so the store may not add to its command: .*add root to `policy.override`/,
  ],
  [
    'flags and a limit beside rights, told once',
    { overlay: { root: 'memory: 1g' }, params: { 'flags.root': '--module=/x' } },
    /^\/katod\/cluster\/params\/flags.root [^\n]*$/,
  ],
  [
    'a command for a probe',
    { overlay: { root: 'probes: { ready: { exec: [sh, -c, x] } }' } },
    /root:1:9 probes: root has rights .* may not change the command of an exec probe: .*policy.override/,
  ],
  ['an entrypoint', { overlay: { root: 'entrypoint: [sh]' } }, /entrypoint: root has/],
  ['the environment', { overlay: { root: 'env: { LD_PRELOAD: /x }' } }, /env: root has/],
  ['the user', { overlay: { root: 'user: "0"' } }, /user: root has/],
  ['files', { overlay: { root: 'files: [{ target: /etc/x/y, content: z }]' } }, /files: root has/],
  [
    'a file that changes under it',
    { overlay: { root: 'files: [{ target: /etc/x/y, content: z, onChange: none }]' } },
    /files: root has/,
  ],
  [
    'one right given up, another kept',
    { overlay: { root: 'mounts: null\ncommand: [sh]' } },
    /command: root has/,
  ],
  [
    'an image that the policy does not have',
    { overlay: { web: 'image: other/x:1' }, policy: { images: ['example/*'] } },
    /other\/x:1 is of a repository .*docker.io\/other\/x to `policy.images`/,
  ],
  [
    'such an image of one that names none',
    { params: { 'image.bare': 'other/x:1' }, policy: { images: ['example/*'] } },
    /image.bare bare: other\/x:1/,
  ],
  [
    'a new component with rights',
    { overlay: { bare: 'image: example/bare:1\nprivileged: true' } },
    /bare:2:13 privileged/,
  ],
];

for (const [title, asked, why] of refused)
  t.test(`refused: ${title}`, async (t) => t.match(refusals(asked), why));

t.test('all that is refused is told at once, with what to do about the definition', async (t) => {
  const lines = refusals({ overlay: { web: 'privileged: true\npid: host' } }).split('\n');
  t.equal(lines.length, 2);
  t.match(
    lines[1],
    /etcdctl put \/katod\/cluster\/components\/web .*or etcdctl del \/katod\/cluster\/components\/web \(then the shipped definition counts\)$/,
  );
});
