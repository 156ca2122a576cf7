import { once } from 'node:events';
import { access, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseListen } from '../../src/server/listen.js';
import { answersTo } from '../../src/server/names.js';
import { startServer } from '../../src/server/server.js';
import { fakeView, logbook, names } from './fixture.js';

/** Sends bytes as they are and resolves with all that comes back. */
async function raw(to: NetConnectOpts, bytes: string): Promise<string> {
  const socket = connect(to);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const statusOf = (answer: string) => Number(answer.split(' ')[1]);

async function serve(t: Test, listen: string) {
  const { lines, log } = logbook();
  const server = await startServer({ listen, names, log, view: fakeView() });
  t.teardown(() => server.close());
  return { server, lines };
}

const failure = (listen: string): Promise<Error> =>
  startServer({ listen, names, log: logbook().log, view: fakeView() }).then(
    async (server) => {
      await server.close();
      throw new Error('it listens');
    },
    (fault: Error) => fault,
  );

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'katod-server-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

const HOSTS: readonly [string, number][] = [
  ['Host: 127.0.0.1:7117', 200],
  ['Host: 10.1.2.3', 200],
  ['Host: [::1]:7117', 200],
  ['Host: [::1]', 200],
  ['Host: localhost', 200],
  ['Host: LOCALHOST:80', 200],
  ['Host: WEB-1:7117', 200],
  ['Host: web-1.example.ORG', 200],
  ['Host: katod.example.org:1', 200],
  ['Host: evil.example', 421],
  ['Host: evil.example:7117', 421],
  ['Host: web-1.evil.example', 421],
  ['Host: 127.0.0.1.evil.example', 421],
  ['Host: ::1', 421],
  ['Host: [evil.example]', 421],
  ['Host: user@localhost', 421],
  ['Host: ', 421],
  ['Host: localhost\r\nHost: evil.example', 400],
];

t.test('over TCP, the Host decides before anything else', async (t) => {
  const { server, lines } = await serve(t, '127.0.0.1:0');
  t.match(server.address, /^127\.0\.0\.1:\d+$/);
  const to = { host: '127.0.0.1', port: Number(server.address.split(':')[1]) };
  for (const [header, status] of HOSTS) {
    const answer = await raw(to, `GET /livez HTTP/1.1\r\n${header}\r\nConnection: close\r\n\r\n`);
    t.equal(statusOf(answer), status, JSON.stringify(header));
  }
  const evil = await raw(
    to,
    'POST /v1/reconcile HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  );
  t.match(evil, /^HTTP\/1\.1 421 Misdirected Request\r\n/);
  t.match(evil, /content-type: application\/problem\+json/i);
  t.match(evil, /does not answer to the name 'evil\.example'.*hostNames/);
  t.equal(
    statusOf(await raw(to, 'GET /gone HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')),
    421,
  );
  t.equal(statusOf(await raw(to, 'GET /livez HTTP/1.0\r\n\r\n')), 200, 'HTTP/1.0 without Host');
  t.equal(statusOf(await raw(to, 'GET /livez HTTP/1.0\r\nHost: evil.example\r\n\r\n')), 421);
  t.equal(
    statusOf(await raw(to, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n')),
    400,
    'HTTP/1.1 needs it',
  );
  const target = 'GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  t.equal(statusOf(await raw(to, target)), 421, 'a target with a name of its own');
  const noise = await raw(to, 'this is not HTTP\r\n\r\n');
  t.match(noise, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  const long = await raw(to, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  t.equal(statusOf(long), 431);
  t.ok(lines.every((line) => line.startsWith('debug: ')));
});

t.test('a slow client holds up neither others nor the end', async (t) => {
  const { server } = await serve(t, '127.0.0.1:0');
  const to = { host: '127.0.0.1', port: Number(server.address.split(':')[1]) };
  const slow = connect(to);
  slow.on('error', () => slow.destroy());
  slow.write('GET /livez HTTP/1.1\r\nHo');
  await once(slow, 'connect');
  t.equal(statusOf(await raw(to, 'GET /livez HTTP/1.0\r\n\r\n')), 200);
  const over = once(slow, 'close');
  slow.resume();
  await server.close();
  await over;
  await server.close();
});

t.test('a client that never ends its headers is cut off', async (t) => {
  const { server } = await serve(t, '127.0.0.1:0');
  const to = { host: '127.0.0.1', port: Number(server.address.split(':')[1]) };
  const answer = await raw(to, 'GET /livez HTTP/1.1\r\nHo');
  t.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\nContent-Type: application\/problem\+json/);
});

t.test(
  'over a Unix socket, root and its group are answered, and a stale socket file is replaced',
  async (t) => {
    const path = join(await folder(t), 'katod.sock');
    // What is left by a server that was killed: a bound file that nobody answers on.
    const killed = createServer().listen(path);
    await once(killed, 'listening');
    await rename(path, `${path}.kept`);
    await new Promise((resolve) => killed.close(resolve));
    await rename(`${path}.kept`, path);

    const { server } = await serve(t, `unix:${path}`);
    t.equal(server.address, `unix:${path}`);
    t.equal((await stat(path)).mode & 0o777, 0o660);
    const ask = (header: string) =>
      raw({ path }, `GET /livez HTTP/1.1\r\n${header}\r\nConnection: close\r\n\r\n`);
    t.equal(statusOf(await ask('Host: localhost')), 200);
    t.equal(statusOf(await ask('Host: evil.example')), 421);
    t.equal(statusOf(await raw({ path }, 'GET /livez HTTP/1.0\r\n\r\n')), 200);

    const second = await failure(`unix:${path}`);
    t.equal(
      second.message,
      `unix:${path} is already in use: end the other program (another agent?), or set listen to another address`,
    );
    t.equal(statusOf(await ask('Host: localhost')), 200, 'the first one still answers');
    await server.close();
    await t.rejects(access(path), { code: 'ENOENT' });
  },
);

t.test('a file that is no socket is left alone', async (t) => {
  const path = join(await folder(t), 'precious');
  await writeFile(path, 'data');
  t.match((await failure(`unix:${path}`)).message, /precious is a file that is no socket: move it away/);
  await access(path);
});

t.test('an address that can not be listened on is a sentence that names it', async (t) => {
  const { server } = await serve(t, '127.0.0.1:0');
  const taken = await failure(server.address);
  t.equal(taken.name, 'ListenError');
  t.equal(
    taken.message,
    `${server.address} is already in use: end the other program (another agent?), or set listen to another address`,
  );
  t.match(
    (await failure('198.51.100.1:7117')).message,
    /can't listen on 198\.51\.100\.1:7117: this host does not have/,
  );
  t.match((await failure('unix:/nonexistent/katod.sock')).message, /nonexistent.*folder does not exist/);
  t.match((await failure('7117')).message, /can't listen on 7117: it is neither host:port nor unix:PATH/);
});

t.test('listen is host:port, [v6]:port or unix:PATH', async (t) => {
  t.same(parseListen('127.0.0.1:7117'), { kind: 'tcp', host: '127.0.0.1', port: 7117 });
  t.same(parseListen('[::]:80'), { kind: 'tcp', host: '::', port: 80 });
  t.same(parseListen('unix:/run/katod.sock'), { kind: 'unix', path: '/run/katod.sock' });
  for (const wrong of ['', ':80', '::1:80', 'host', 'host:', 'host:http', 'host:65536', 'unix:', '[]:80']) {
    t.equal(parseListen(wrong), null, wrong);
  }
});

t.test('a name is answered only when it is one of ours', async (t) => {
  const bare = { node: 'n', hostname: 'h', hostNames: [] };
  t.equal(answersTo(bare, 'katod.example.org'), false);
  t.equal(answersTo(bare, '0x7f.1'), false);
  t.equal(answersTo(bare, 'localhost:80:80'), false);
});
