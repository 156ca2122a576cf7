import t from 'tap';
import { dialOptions } from '../../src/engine/address.js';

t.test('addresses become what dockerode dials', async (t) => {
  t.same(dialOptions('unix:///run/docker.sock'), { socketPath: '/run/docker.sock' });
  t.same(dialOptions('tcp://10.0.0.1:2375'), { protocol: 'http', host: '10.0.0.1', port: '2375' });
  t.same(dialOptions('tcp://h'), { protocol: 'http', host: 'h', port: '2375' });
  t.same(dialOptions('http://h:80'), { protocol: 'http', host: 'h', port: '80' });
  t.same(dialOptions('http://h/'), { protocol: 'http', host: 'h', port: '2375' });
  t.same(dialOptions('https://h'), { protocol: 'https', host: 'h', port: '2376' });
  t.same(dialOptions('https://h:443/'), { protocol: 'https', host: 'h', port: '443' });
  t.same(dialOptions('tcp://[::1]:2375'), { protocol: 'http', host: '::1', port: '2375' });
});

t.test('what is no address is refused, with what to write instead', async (t) => {
  for (const address of ['', 'docker.sock', 'unix://relative', 'ssh://root@h', 'tcp://', 'h:2375']) {
    t.throws(() => dialOptions(address), { kind: 'refused', message: /use unix:/ }, address);
  }
});
