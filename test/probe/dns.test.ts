import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { attempt } from '../../src/probe/attempt.js';
import { decodeAnswer, encodeQuery } from '../../src/probe/dns-message.js';
import type { ProbeCheck } from '../../src/probe/probe.js';
import { means } from './means.js';

type DnsCheck = Extract<ProbeCheck, { kind: 'dns' }>;
const DNSMASQ = '/usr/sbin/dnsmasq';
const version = {
  kind: 'dns',
  server: '127.0.0.1',
  name: 'version.bind',
  type: 'TXT',
  class: 'CH',
  expect: null,
} as const;

/** A UDP port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

async function dnsmasq(t: Test, port: number): Promise<ChildProcess> {
  const options = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--pid-file=',
    '--user=root',
    '--listen-address=127.0.0.1',
    '--bind-interfaces',
    `--port=${port}`,
    '--address=/web.test/10.1.2.3',
    '--address=/web.test/fd00::7',
    '--txt-record=text.test,one,two',
    '--cname=alias.test,text.test',
  ];
  const child = spawn(DNSMASQ, options, { stdio: 'ignore' });
  t.teardown(async () => {
    if (child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
  });
  return child;
}

t.test('a real dnsmasq is asked for its version and for records, and noticed when it ends', async (t) => {
  await access(DNSMASQ);
  const port = await freePort();
  const ask = (more: Partial<DnsCheck> = {}) => attempt({ ...version, port, ...more }, 20_000, means());
  t.match(
    await ask(),
    { ok: false, output: `127.0.0.1:${port}: connection refused` },
    'told at once by the kernel',
  );
  const child = await dnsmasq(t, port);
  let first = await ask();
  while (!first.ok && child.exitCode === null) first = await ask();
  t.match(first, { ok: true, output: /^version\.bind: dnsmasq-2\./ });
  t.match(await ask({ expect: 'dnsmasq-' }), { ok: true });
  t.match(await ask({ expect: 'unbound' }), { ok: false, output: /expected unbound$/ });
  t.same(await ask({ name: 'web.test', type: 'A', class: 'IN' }), { ok: true, output: 'web.test: 10.1.2.3' });
  t.same(await ask({ name: 'web.test.', type: 'AAAA', class: 'IN', expect: 'fd00::7' }), {
    ok: true,
    output: 'web.test.: fd00::7',
  });
  t.same(await ask({ name: 'text.test', class: 'IN' }), { ok: true, output: 'text.test: onetwo' });
  t.match(await ask({ name: 'elsewhere.example', type: 'A', class: 'IN' }), {
    ok: false,
    output: 'elsewhere.example: REFUSED',
  });
  const over = once(child, 'exit');
  child.kill('SIGTERM');
  await over;
  t.match(await ask(), { ok: false, output: /connection refused/ });
});

t.test('a lost datagram is sent again, and what is no answer to the question is passed over', async (t) => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await once(server, 'listening');
  let heard = 0;
  server.on('message', (query, { port, address }) => {
    heard += 1;
    if (heard === 1) return;
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8180, 2);
    const stranger = Buffer.from(answer);
    stranger.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0);
    for (const message of [Buffer.of(1), stranger, query, answer]) server.send(message, port, address);
  });
  const check = { ...version, port: server.address().port };
  t.same(await attempt(check, 20_000, means()), { ok: true, output: 'version.bind: no records' });
  t.equal(heard, 2);
});

const question = { name: 'a.test', type: 'A', class: 'IN' } as const;

t.test('names that DNS can not carry are refused, and the root is a name', async (t) => {
  for (const name of ['a..b', '.a', 'a'.repeat(64), `${'a'.repeat(60)}.`.repeat(5)]) {
    t.equal(encodeQuery(1, { ...question, name }), null, name);
  }
  t.equal(encodeQuery(1, { ...question, name: '.' })?.toString('hex', 12), '0000010001');
  t.equal(
    encodeQuery(0x1234, question)?.toString('hex'),
    '1234010000010000000000000161047465737400000100 01'.replace(' ', ''),
  );
});

t.test(
  'a compressed answer is read, records of other types are passed over, and no cut of it throws',
  async (t) => {
    const query = encodeQuery(7, question) ?? Buffer.alloc(0);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(2, 6);
    const alias = Buffer.from('c00c00050001000000050004017ac00e', 'hex');
    const address = Buffer.from('c02000010001000000050004 0a010203'.replace(' ', ''), 'hex');
    const message = Buffer.concat([head, query.subarray(12), alias, address]);
    t.same(decodeAnswer(message, 7, question), { code: 'NOERROR', records: ['10.1.2.3'] });
    for (let length = 0; length < message.length; length++) {
      t.equal(decodeAnswer(message.subarray(0, length), 7, question), null, `cut at ${length}`);
    }
  },
);
