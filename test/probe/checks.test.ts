import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { attempt } from '../../src/probe/attempt.js';
import { equalsText, parseJsonPath, readMember } from '../../src/probe/json-path.js';
import type { ProbeCheck } from '../../src/probe/probe.js';
import { means } from './means.js';
import { closedPort, serveHttp, serveTcp } from './servers.js';

const host = '127.0.0.1';
/** Long enough for a slow machine; where the deadline itself is tested, a short one is given. */
const LONG = 20_000;
const run = (check: ProbeCheck, timeout = LONG) => attempt(check, timeout, means());

t.test('tcp: a port that accepts is good, and one where nobody listens is not', async (t) => {
  const port = await serveTcp(t, (socket) => socket.resume());
  t.match(await run({ kind: 'tcp', host, port }), {
    ok: true,
    output: `127.0.0.1:${port} accepts connections`,
  });
  const closed = await closedPort();
  t.match(await run({ kind: 'tcp', host, port: closed }), {
    ok: false,
    output: `127.0.0.1:${closed}: connection refused`,
  });
});

t.test(
  'unix: a socket that accepts is good; one that is left over, or a file, or nothing, is not',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'katod-unix-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const at = async (name: string) => {
      const { ok, output } = await run({ kind: 'unix', path: join(folder, name) });
      return `${ok} ${output.replace(`${folder}/`, '')}`;
    };
    const server = createTcp((socket) => socket.resume()).listen(join(folder, 'socket'));
    t.teardown(() => void server.close());
    await once(server, 'listening');
    await writeFile(join(folder, 'file'), '');
    await bindAndDie(join(folder, 'left'));
    t.equal(await at('socket'), 'true socket accepts connections');
    t.equal(await at('left'), 'false left: connection refused');
    t.equal(await at('file'), 'false file: connection refused');
    t.equal(await at('none'), 'false none: there is no such socket here');
    t.match(await at('x'.repeat(200)), /^false x+/);
  },
);

/** Leaves a socket in the file system to which nobody listens any more. */
async function bindAndDie(path: string): Promise<void> {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((resolve) => execFile(process.execPath, ['-e', code], resolve));
}

t.test('a port or an address that can not be is an answer, and no exception', async (t) => {
  t.match(await run({ kind: 'tcp', host, port: 70_000 }), { ok: false, output: /port/i });
  t.match(await run({ kind: 'fourLetter', host, port: -1, send: 'ruok', expect: 'imok' }), { ok: false });
  t.match(await run({ kind: 'http', url: 'nonsense', expect: 200 }), {
    ok: false,
    output: 'not a URL: nonsense',
  });
  t.match(await run({ kind: 'http', url: 'ftp://127.0.0.1/', expect: 200 }), {
    ok: false,
    output: /only http/,
  });
  const dns = {
    kind: 'dns',
    server: host,
    port: 70_000,
    name: 'a',
    type: 'A',
    class: 'IN',
    expect: null,
  } as const;
  t.match(await run(dns), { ok: false });
  t.match(await run({ ...dns, port: 53, name: 'a'.repeat(64) }), { ok: false, output: /not a DNS name/ });
});

t.test('http: the status decides, redirects are not followed, and the body explains a failure', async (t) => {
  const paths: string[] = [];
  const port = await serveHttp(t, (request, response) => {
    paths.push(request.url ?? '');
    if (request.url === '/away') return response.writeHead(302, { location: '/ok' }).end();
    if (request.url === '/bad') return response.writeHead(503).end('No leader\u0007 elected\nmore');
    return response.end('ok');
  });
  const at = (path: string, expect = 200) =>
    run({ kind: 'http', url: `http://${host}:${port}${path}`, expect });
  t.same(await at('/ok'), { ok: true, output: 'HTTP 200' });
  t.same(await at('/away'), { ok: false, output: 'HTTP 302, expected 200' });
  t.same(await at('/away', 302), { ok: true, output: 'HTTP 302' });
  t.same(await at('/bad'), { ok: false, output: 'HTTP 503, expected 200: No leader elected' });
  t.same(paths, ['/ok', '/away', '/away', '/bad']);
});

t.test('http: a value of the JSON body is compared as text', async (t) => {
  const body = { 'registrar/log/recovered': 1.0, leader: '10.0.0.5:8080', a: { b: [true, null] }, text: '1' };
  const port = await serveHttp(t, (_request, response) => response.end(JSON.stringify(body)));
  const value = async (path: string, equals: string) => {
    const url = `http://user:word@${host}:${port}/?token=hidden`;
    return run({ kind: 'http', url, expect: 200, json: { path, equals } });
  };
  t.same(await value("$['registrar/log/recovered']", '1'), {
    ok: true,
    output: "$['registrar/log/recovered'] is 1",
  });
  t.match(await value('$.leader', '10.0.0.5:8080'), { ok: true });
  t.same(await value('$.leader', '10.0.0.6:8080'), {
    ok: false,
    output: '$.leader is "10.0.0.5:8080", expected 10.0.0.6:8080',
  });
  t.match(await value('$.a.b[0]', 'true'), { ok: true });
  t.match(await value('$.gone', 'x'), { ok: false, output: 'HTTP 200, no $.gone in the body' });
  t.match(await value('$..leader', 'x'), { ok: false, output: /not a path of plain members/ });
});

t.test(
  'http: what is no JSON, too large or cut is a failure that says so, and holds no secret',
  async (t) => {
    const port = await serveHttp(t, (request, response) => {
      if (request.url === '/large') return response.end(JSON.stringify('x'.repeat(100_000)));
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":');
        return setImmediate(() => response.destroy());
      }
      if (request.url?.startsWith('/reset')) return request.socket.destroy();
      return response.end('<html>');
    });
    const at = (path: string) => {
      const url = `http://user:word@${host}:${port}${path}`;
      return run({ kind: 'http', url, expect: 200, json: { path: '$.a', equals: '1' } });
    };
    t.match(await at('/html'), { ok: false, output: 'HTTP 200, the body is not JSON: <html>' });
    t.match(await at('/large'), { ok: false, output: /larger than 65536 bytes/ });
    t.match(await at('/cut'), { ok: false, output: /did not arrive whole/ });
    const reset = await at('/reset?token=hidden');
    t.equal(reset.ok, false);
    t.notMatch(reset.output, /word|hidden/);
  },
);

t.test(
  'fourLetter: sends, half-closes, reads to the end, and tells the line that was looked for',
  async (t) => {
    const port = await serveTcp(t, (socket) => {
      const heard: Buffer[] = [];
      socket.on('data', (chunk) => heard.push(chunk));
      // Answers only after the half-close of the other side, as a server that reads to the end does.
      socket.on('end', () => {
        const word = Buffer.concat(heard).toString();
        socket.end(word === 'srvr' ? 'Zookeeper version: 3.8\nMode: leader\nNode count: 5\n' : 'what?\n');
      });
    });
    const ask = (send: string, expect: string) => run({ kind: 'fourLetter', host, port, send, expect });
    t.same(await ask('srvr', 'Mode: '), { ok: true, output: 'Mode: leader' });
    t.same(await ask('srvr', 'Mode: follower'), {
      ok: false,
      output: 'expected Mode: follower, got: Zookeeper version: 3.8',
    });
    t.match(await ask('ruok', 'imok'), { ok: false, output: 'expected imok, got: what?' });
  },
);

t.test(
  'fourLetter: an answer counts although the server resets or never ends it, and silence does not',
  async (t) => {
    const reset = await serveTcp(t, (socket) => {
      socket.once('data', () => socket.write('imok', () => socket.resetAndDestroy()));
    });
    const ask = (port: number, timeout = LONG) =>
      run({ kind: 'fourLetter', host, port, send: 'ruok', expect: 'imok' }, timeout);
    t.match(await ask(await serveTcp(t, (socket) => void socket.write('imok')), 2000), {
      ok: true,
      output: 'imok',
    });
    t.match(await ask(await serveTcp(t, (socket) => void socket.end())), {
      ok: false,
      output: /closed without an answer|connection reset/,
    });
    const answered = await ask(reset);
    t.ok(
      answered.ok || /connection reset/.test(answered.output),
      'the kernel may drop what was sent before a reset',
    );
  },
);

t.test('an answer without end is read up to a limit and told in one bounded line', async (t) => {
  const port = await serveTcp(t, (socket) => {
    const pour = () => {
      while (socket.writable && socket.write('x'.repeat(10_000)));
    };
    socket.on('drain', pour);
    pour();
  });
  const { ok, output } = await run({ kind: 'fourLetter', host, port, send: 'ruok', expect: 'imok' });
  t.equal(ok, false);
  t.equal(output.length, 200);
});

t.test('every kind of check ends at its deadline, and when it is stopped', async (t) => {
  const port = await serveTcp(t, (socket) => socket.resume());
  const silent = createSocket('udp4').bind(0, host);
  t.teardown(() => void silent.close());
  await once(silent, 'listening');
  const checks: ProbeCheck[] = [
    { kind: 'http', url: `http://${host}:${port}/`, expect: 200 },
    { kind: 'fourLetter', host, port, send: 'ruok', expect: 'imok' },
    {
      kind: 'dns',
      server: host,
      port: silent.address().port,
      name: 'a',
      type: 'A',
      class: 'IN',
      expect: null,
    },
  ];
  for (const check of checks) {
    t.match(await run(check, 100), { ok: false, output: /no answer within 100 ms/ }, check.kind);
    const stop = new AbortController();
    const stopped = attempt(check, LONG, means(stop.signal));
    stop.abort(new Error('not watched any more'));
    t.match(await stopped, { ok: false }, check.kind);
    t.match(
      await attempt(check, LONG, means(stop.signal)),
      { ok: false },
      `${check.kind}, stopped before it began`,
    );
  }
});

t.test('http: TLS is spoken, and a certificate of its own making is no failure', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'katod-tls-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=elsewhere.example', '-days', '1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const server = createHttps(
    { key: await readFile(key), cert: await readFile(cert) },
    (_request, response) => {
      response.end('ok');
    },
  );
  server.listen(0, host);
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.same(await run({ kind: 'http', url: `https://${host}:${port}/`, expect: 200 }), {
    ok: true,
    output: 'HTTP 200',
  });
});

t.test('paths into JSON are plain members only', async (t) => {
  t.same(parseJsonPath('$'), []);
  t.same(parseJsonPath("$.a-b._c[12][\"x.y\"]['it\\'s']"), ['a-b', '_c', 12, 'x.y', "it's"]);
  for (const wrong of [
    '',
    'a',
    '$.',
    '$..a',
    '$.*',
    '$[*]',
    '$[-1]',
    '$[0:2]',
    "$['a",
    '$.a b',
    '$[?(@.a)]',
  ]) {
    t.equal(parseJsonPath(wrong), null, wrong);
  }
  t.equal(readMember({ a: [1] }, ['a', 0]), 1);
  t.equal(readMember({ a: { 0: 1 } }, ['a', 0]), undefined, 'a position is for arrays');
  t.equal(readMember({}, ['__proto__']), undefined, 'what is inherited is not in the body');
  t.equal(readMember([1], ['length', 'x']), undefined);
});

t.test('values are equal to what people write for them', async (t) => {
  for (const text of ['1', '1.0', '1e0']) t.equal(equalsText(1, text), true, text);
  t.equal(equalsText(0, ''), false);
  t.equal(equalsText('1', '1.0'), false, 'texts as they are');
  t.equal(equalsText(false, 'false'), true);
  t.equal(equalsText(null, 'null'), true);
  t.equal(equalsText({}, '[object Object]'), false);
});
