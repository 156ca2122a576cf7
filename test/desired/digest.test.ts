import fc from 'fast-check';
import t from 'tap';
import type { ContainerShape } from '../../src/desired/desired.js';
import { canonicalJson, definitionHash, digestOf } from '../../src/desired/digest.js';

/** With every field but `liveFolders`, which most containers have not; so that none can be dropped unnoticed. */
const shape: ContainerShape = {
  image: 'example/web:1',
  command: ['httpd', '-f'],
  entrypoint: ['/init'],
  user: 'web:web',
  workingDir: '/srv',
  hostname: 'web',
  init: true,
  env: { B: '2', A: 'ä\n"' },
  network: 'bridge',
  publish: [{ port: 8080, protocol: 'tcp', target: 80 }],
  volumes: { data: '/data' },
  mounts: [{ source: '/sys', target: '/sys', readOnly: true }],
  files: [{ target: '/etc/web/web.conf', content: 'x\n' }],
  memory: 536_870_912,
  cpus: 0.5,
  ulimits: [{ name: 'nofile', soft: 1, hard: 2 }],
  sysctls: { 'net.core.somaxconn': '1' },
  capAdd: ['NET_ADMIN'],
  capDrop: ['ALL'],
  privileged: false,
  pid: 'host',
  devices: [{ source: '/dev/a', target: '/dev/b', permissions: 'rwm' }],
  tmpfs: { '/run': 'size=1m' },
  shmSize: 67_108_864,
  readOnly: true,
  extraHosts: ['a:10.0.0.1'],
  dns: ['1.1.1.1'],
  logging: { driver: 'json-file', options: { 'max-size': '1m' } },
  stopSignal: 'SIGTERM',
};

t.test('the bytes of both hashes are pinned: a change here replaces containers everywhere', async (t) => {
  t.equal(digestOf(shape), '1:0411c75e8f499ffb14cbe2e8115bcf5208d6f53f55a9ce32e1a9b8eaf4df8b05');
  t.equal(
    definitionHash({
      document: { name: 'web', command: ['a', '{{ params.b }}'] },
      templates: { 'a.liquid': 'x' },
      params: { b: '1', 'image.web': null },
    }),
    'f30b971526156d53dc9231060942ad7243d989b954f262bdc021929323b69931',
  );
});

t.test('canonical JSON sorts keys, leaves out what is undefined, and keeps the order of lists', async (t) => {
  t.equal(
    canonicalJson({ b: [2, 1], a: { d: null, c: undefined }, Z: true }),
    '{"Z":true,"a":{"d":null},"b":[2,1]}',
  );
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n]) {
    t.throws(() => canonicalJson(value), TypeError);
  }
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

t.test('the order of keys is not in a digest', async () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalJson(reversed(value))));
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (value) => canonicalJson(JSON.parse(canonicalJson(value))) === canonicalJson(value),
    ),
  );
});

t.test('folders of files that change under a container are in its digest', async (t) => {
  t.not(digestOf({ ...shape, liveFolders: ['/etc/web'] }), digestOf(shape));
});

t.test('every field is in the digest', async (t) => {
  const all = digestOf(shape);
  for (const field of Object.keys(shape)) t.not(digestOf({ ...shape, [field]: undefined }), all, field);
});
