import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { containerIn, holderOf, holderText } from '../../src/host/holder.js';
import { ipv4Text, ipv6Text } from '../../src/host/ip-address.js';
import { readListeners } from '../../src/host/listeners.js';

async function listen(t: Test, host: string): Promise<number> {
  const server = createServer((socket) => socket.resume());
  server.listen(0, host);
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

t.test('a TCP socket that listens is found with its address, and leads to this process', async (t) => {
  const port = await listen(t, '127.0.0.1');
  const found = (await readListeners()).filter((one) => one.port === port && one.protocol === 'tcp');
  t.match(found, [{ protocol: 'tcp', address: '127.0.0.1', port }]);
  const [listener] = found;
  if (listener === undefined) throw new Error('not listed');
  const holder = await holderOf(listener);
  const command = (await readFile('/proc/self/comm', 'utf8')).trim();
  t.match(holder, { pid: process.pid, command });
  t.match(holderText(holder), `${command} (process ${process.pid}`);
});

t.test('an IPv6 socket and a bound UDP socket are found', async (t) => {
  const port = await listen(t, '::1');
  const udp = createSocket('udp4');
  t.teardown(() => void udp.close());
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const listeners = await readListeners();
  t.match(
    listeners.filter((one) => one.port === port && one.protocol === 'tcp'),
    [{ address: '::1' }],
  );
  const bound = listeners.find((one) => one.protocol === 'udp' && one.port === udp.address().port);
  t.match(bound, { address: '127.0.0.1' });
  if (bound !== undefined) t.match(await holderOf(bound), { pid: process.pid });
});

t.test('a socket that nobody has open any more is held by another process', async (t) => {
  const holder = await holderOf({ protocol: 'tcp', address: '0.0.0.0', port: 1, inode: '999999999999' });
  t.equal(holder, null);
  t.equal(holderText(holder), 'another process');
  t.equal(await holderOf({ protocol: 'tcp', address: '0.0.0.0', port: 1, inode: '0' }), null);
});

t.test('the container of a process is read from its cgroup, whichever version and driver', async (t) => {
  const id = '3f2a'.repeat(16);
  t.equal(containerIn(`0::/system.slice/docker-${id}.scope\n`), id);
  t.equal(containerIn(`0::/docker/${id}\n`), id);
  t.equal(containerIn(`12:pids:/docker/${id}\n1:name=systemd:/docker/${id}/init.scope\n`), id);
  t.equal(containerIn('0::/system.slice/ssh.service\n'), null);
  t.equal(containerIn(''), null);
  t.equal(
    holderText({ pid: 7, command: 'nginx', containerId: id }),
    'nginx (process 7 in container 3f2a3f2a3f2a)',
  );
});

t.test('addresses are written as people write them', async (t) => {
  t.equal(ipv4Text(Buffer.from('0a000005', 'hex')), '10.0.0.5');
  t.equal(ipv6Text(Buffer.alloc(16)), '::');
  t.equal(ipv6Text(Buffer.from('fd00000000000000000000000000000a', 'hex')), 'fd00::a');
  t.equal(ipv6Text(Buffer.from('00000000000000000000ffff0a000005', 'hex')), '10.0.0.5', 'mapped');
});
