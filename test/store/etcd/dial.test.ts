import { getEventListeners } from 'node:events';
import t from 'tap';
import { addressOf } from '../../../src/store/etcd/address.js';
import { dial } from '../../../src/store/etcd/dial.js';

const nobody = { address: { host: '127.0.0.1', port: 1, tls: false }, tls: null };

t.test('endpoints', async (t) => {
  t.same(addressOf('http://127.0.0.1:2379'), { host: '127.0.0.1', port: 2379, tls: false });
  t.same(addressOf('http://etcd-1.example:80/'), { host: 'etcd-1.example', port: 80, tls: false });
  t.same(addressOf('http://etcd'), { host: 'etcd', port: 2379, tls: false });
  t.same(addressOf('http://[::1]:1'), { host: '::1', port: 1, tls: false });
  for (const endpoint of [
    '',
    'etcd:2379',
    'http://',
    'http://a:b',
    'http://a/b',
    'http://u:p@a:1',
    'ftp://a:1',
  ]) {
    t.throws(
      () => addressOf(endpoint),
      { name: 'StoreError', message: /write it as http:\/\/HOST:PORT/ },
      endpoint,
    );
  }
  t.same(addressOf('https://etcd'), { host: 'etcd', port: 2379, tls: true });
});

t.test('each dial takes its listeners with it', async (t) => {
  const { signal } = new AbortController();
  for (let times = 0; times < 20; times += 1) {
    await t.rejects(dial(nobody, 5_000, signal), {
      kind: 'away',
      message: 'connection refused',
    });
  }
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('a dial is given up', async (t) => {
  const closing = new AbortController();
  const dialled = dial(nobody, 5_000, closing.signal);
  closing.abort();
  await t.rejects(dialled, { kind: 'away', message: 'given up' });
});
