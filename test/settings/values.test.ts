import t from 'tap';
import { dockerHost, etcdEndpoints, listenAddress } from '../../src/settings/endpoints.js';
import { nearest } from '../../src/settings/nearest.js';
import type { Parsed } from '../../src/settings/row.js';
import {
  containerPrefix,
  hostNames,
  ipAddress,
  prefix,
  stateFolder,
  store,
} from '../../src/settings/values.js';

interface Table {
  readonly parse: (text: string) => Parsed<unknown>;
  /** Text to value. */
  readonly taken: Readonly<Record<string, unknown>>;
  readonly refused: readonly string[];
}

const tables: Readonly<Record<string, Table>> = {
  'endpoints of etcd': {
    parse: etcdEndpoints,
    taken: {
      'http://a:2379': ['http://a:2379'],
      'http://a:2379/, http://10.0.0.1:1,http://[::1]:2': [
        'http://a:2379',
        'http://10.0.0.1:1',
        'http://[::1]:2',
      ],
      'http://a:1,http://a:1': ['http://a:1'],
    },
    refused: [
      'a:2379',
      'http://a',
      'http://a:0',
      'http://a:65536',
      'http://a:1/path',
      'http://a:1,',
      'ftp://a:1',
      'http://u:p@a:1',
      'http://::1:2',
    ],
  },
  'the Docker Engine': {
    parse: dockerHost,
    taken: {
      'unix:///run/docker.sock': 'unix:///run/docker.sock',
      'tcp://10.0.0.1:2375': 'tcp://10.0.0.1:2375',
      'http://a:2375/': 'tcp://a:2375',
      'https://a:2376': 'https://a:2376',
    },
    refused: ['unix://run', '/run/docker.sock', 'ssh://a', 'tcp://a', 'fd://', `unix:///${'x'.repeat(107)}`],
  },
  'where to listen': {
    parse: listenAddress,
    taken: {
      '127.0.0.1:7117': '127.0.0.1:7117',
      '[::1]:1': '[::1]:1',
      'web-1:65535': 'web-1:65535',
      'unix:/run/k.sock': 'unix:/run/k.sock',
      'unix:///run/k.sock': 'unix:/run/k.sock',
    },
    refused: ['7117', ':7117', 'a:0', 'a:70000', '::1:7117', '[a]:1', 'unix:', `unix:/${'x'.repeat(107)}`],
  },
  'the store': {
    parse: store,
    taken: { etcd: { kind: 'etcd' }, 'file:/a/b.yaml': { kind: 'file', path: '/a/b.yaml' } },
    refused: ['file:', 'ETCD', 'zookeeper'],
  },
  'the state folder': {
    parse: stateFolder,
    taken: { '/var/lib/katod': '/var/lib/katod', '/srv/../process': '/process' },
    // Node's recursive mkdir never ends in the kernel's folders.
    refused: ['/', '/x/..', '/proc', '/proc/katod', '/sys/a/b', 'a\0'],
  },
  'the prefix of keys': {
    parse: prefix,
    taken: { '/katod': '/katod', '/a/b/': '/a/b' },
    refused: ['', '/', '//', 'katod', '/a//b', '/a b', '/a\n'],
  },
  addresses: {
    parse: ipAddress,
    taken: { '10.0.0.1': '10.0.0.1', 'fd00::1': 'fd00::1' },
    refused: ['::', '0.0.0.0', 'web', '1.2.3', '10.0.0.1/8'],
  },
  'prefixes of containers': {
    parse: containerPrefix,
    taken: { 'katod-': 'katod-', X: 'X' },
    refused: ['-a', 'a b', 'a/b', 'x'.repeat(33)],
  },
  'host names': {
    parse: hostNames,
    taken: { 'A.b, c': ['a.b', 'c'] },
    refused: ['a,', 'a:80', '-a', 'a..b'],
  },
};

for (const [title, { parse, taken, refused }] of Object.entries(tables)) {
  t.test(title, async (t) => {
    for (const [text, value] of Object.entries(taken)) t.strictSame(parse(text), { ok: true, value }, text);
    for (const text of refused) t.equal(parse(text).ok, false, `refused: ${JSON.stringify(text)}`);
  });
}

t.test('the nearest known word is suggested, and none where none is near', async (t) => {
  const words = ['resync', 'stack', 'store', '--watch'];
  t.equal(nearest('resnyc', words), 'resync');
  t.equal(nearest('stor', words), 'store');
  t.equal(nearest('--wtach', words), '--watch');
  t.equal(nearest('policy', words), null);
});
