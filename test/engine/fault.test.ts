import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Fault } from '../../src/engine/engine.js';
import { classify, type EngineVerb, tooSlow } from '../../src/engine/fault.js';

/** As docker-modem makes them: with a body, or for a stream with words only. */
function answered(statusCode: number, message: string, body = true): Error {
  const error = new Error(`(HTTP code ${statusCode}) server error - ${message} `);
  return Object.assign(error, { statusCode, reason: 'server error', json: body ? { message } : null });
}

function broken(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const rows: readonly (readonly [EngineVerb, Error, string])[] = [
  // What the engine answers for containers.
  ['inspect', answered(404, 'No such container: x'), 'gone now'],
  ['start', answered(404, 'No such container: x'), 'gone now'],
  ['create', answered(404, 'No such image: web:1'), 'gone now'],
  ['start', answered(404, 'network web not found'), 'gone later'],
  [
    'create',
    answered(409, 'Conflict. The container name "/x" is already in use by container "y".'),
    'taken later',
  ],
  [
    'rename',
    answered(409, 'Conflict. The container name "/x" is already in use by container "y".'),
    'taken later',
  ],
  ['remove', answered(409, 'removal of container x is already in progress'), 'busy later'],
  ['start', answered(409, 'container is marked for removal and cannot be started'), 'busy later'],
  [
    'remove',
    answered(500, 'unable to remove filesystem for x: unlinkat /a: device or resource busy'),
    'busy later',
  ],
  [
    'remove',
    answered(409, 'You cannot remove a running container x. Stop the container before attempting removal'),
    'failed later',
  ],
  ['start', answered(409, 'cannot start a paused container, try unpause instead'), 'failed later'],
  [
    'start',
    answered(
      500,
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated',
    ),
    'taken later',
  ],
  [
    'start',
    answered(500, 'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use'),
    'taken later',
  ],
  [
    'start',
    answered(400, 'OCI runtime create failed: exec: "x": executable file not found in $PATH: unknown'),
    'refused never',
  ],
  [
    'restart',
    answered(500, 'Cannot restart container x: exec: "x": executable file not found in $PATH'),
    'refused never',
  ],
  [
    'start',
    answered(500, 'standard_init_linux.go:228: exec user process caused: exec format error'),
    'refused never',
  ],
  [
    'create',
    answered(400, 'invalid mount config for type "bind": bind source path does not exist: /x'),
    'refused later',
  ],
  [
    'start',
    answered(
      500,
      'error gathering device information while adding custom device "/dev/x": no such file or directory',
    ),
    'refused later',
  ],
  ['start', answered(500, 'unable to find user x: no matching entries in passwd file'), 'refused never'],
  [
    'start',
    answered(
      500,
      'OCI runtime create failed: sysctl "kernel.x" is not in a separate kernel namespace: unknown',
    ),
    'refused never',
  ],
  [
    'start',
    answered(500, 'OCI runtime create failed: wrong rlimit value: RLIMIT_X: unknown'),
    'refused never',
  ],
  ['start', answered(500, 'invalid tmpfs option ["x" "1"]'), 'refused never'],
  ['network', answered(409, 'network with name x already exists'), 'taken later'],
  ['create', answered(500, 'mkdir /var/lib/docker/x: no space left on device'), 'full later'],
  ['list', answered(403, 'authorization denied by plugin'), 'refused never'],
  ['list', answered(500, 'something else'), 'failed later'],
  [
    'list',
    answered(400, 'client version 1.51 is too new. Maximum supported API version is 1.41'),
    'unreachable later',
  ],
  [
    'list',
    answered(400, 'client version 1.41 is too old. Minimum supported API version is 1.44'),
    'unreachable later',
  ],
  // What never arrived.
  ['list', broken('ECONNREFUSED', 'connect ECONNREFUSED /run/docker.sock'), 'unreachable later'],
  ['list', broken('ENOENT', 'connect ENOENT /run/docker.sock'), 'unreachable later'],
  ['list', broken('EACCES', 'connect EACCES /run/docker.sock'), 'unreachable later'],
  ['stop', broken('ECONNRESET', 'socket hang up'), 'unreachable later'],
  ['list', broken('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'unreachable later'],
  // Pulls, before the stream begins and inside of it.
  [
    'pull',
    answered(500, 'manifest for h:5000/x:1 not found: manifest unknown: manifest unknown', false),
    'refused never',
  ],
  [
    'pull',
    answered(404, "pull access denied for x, repository does not exist or may require 'docker login'", false),
    'denied never',
  ],
  ['pull', answered(400, 'invalid reference format', false), 'refused never'],
  ['pull', new Error('unauthorized: authentication required'), 'denied never'],
  ['pull', answered(401, 'who are you', false), 'denied never'],
  [
    'pull',
    answered(500, 'Get "http://h/v2/x/manifests/1": no basic auth credentials', false),
    'denied never',
  ],
  ['pull', answered(403, 'authorization denied by plugin x: not on Sundays', false), 'refused never'],
  ['pull', new Error('denied: requested access to the resource is denied'), 'denied never'],
  [
    'pull',
    new Error('no matching manifest for linux/arm64/v8 in the manifest list entries'),
    'refused never',
  ],
  [
    'pull',
    new Error(
      'Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed',
    ),
    'refused never',
  ],
  [
    'pull',
    new Error(
      '[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default',
    ),
    'refused never',
  ],
  ['pull', new Error('failed to resolve reference "h/x:1": h/x:1: not found'), 'refused never'],
  ['pull', new Error('toomanyrequests: You have reached your pull rate limit.'), 'failed later'],
  ['pull', new Error('received unexpected HTTP status: 503 Service Unavailable'), 'failed later'],
  ['pull', new Error('unknown blob'), 'failed later'],
  ['pull', answered(500, 'Get "https://h/v2/": dial tcp: lookup h: no such host', false), 'failed later'],
  [
    'pull',
    answered(500, 'Get "https://h/v2/": dial tcp 1.2.3.4:443: connect: connection refused', false),
    'failed later',
  ],
  ['pull', new Error('failed to register layer: open /etc/x: permission denied'), 'failed later'],
  ['pull', new Error('write /var/lib/docker/tmp/x: no space left on device'), 'full later'],
];

t.test('each error of Docker is the fault that says what may be done about it', async (t) => {
  for (const [verb, error, expected] of rows) {
    const fault = classify(error, { verb, object: 'x' });
    t.equal(`${fault.kind} ${fault.retry}`, expected, `${verb}: ${error.message}`);
    t.ok(fault instanceof Fault);
  }
});

t.test('the wait that a registry asks for is passed on', async (t) => {
  const wait = (words: string) => classify(new Error(words), { verb: 'pull', object: 'x' }).retryAfter;
  t.equal(wait('toomanyrequests: retry-after: 30s, allowed: 44000/minute'), 30_000);
  t.equal(wait('toomanyrequests: Retry-After: 1.5m'), 90_000);
  t.equal(wait('toomanyrequests: retry-after: 278.5µs, allowed: 44000/minute'), 1);
  t.equal(wait('too many requests, retry after 7'), 7000);
  t.equal(wait('toomanyrequests: slow down'), null);
  t.equal(wait('toomanyrequests: retry-after: 99999999999999999999h'), 24 * 3_600_000, 'not for ever');
  t.equal(wait('manifest unknown'), null);
});

t.test("a message says what happened to what, in Docker's words, on one line", async (t) => {
  const call = { verb: 'start', object: 'container 3f2a' } as const;
  t.equal(classify(answered(500, 'oh\nno\t\u0007 '), call).message, 'start container 3f2a: oh no');
  t.equal(classify(answered(500, 'two - dashes', false), call).message, 'start container 3f2a: two - dashes');
  t.match(
    classify(broken('ENOENT', 'connect ENOENT /s'), call).message,
    /3f2a: the engine can't be reached \(connect ENOENT \/s\); see/,
  );
  t.match(
    tooSlow(call, 1500).message,
    /start container 3f2a: no answer from the engine within 1.5 s; it may have happened/,
  );
  t.match(classify(answered(502, ''), call).message, /status 502/);
});

t.test('what an operator can do about it is said at the end, and is never cut off', async (t) => {
  const call = { verb: 'start', object: 'container 3f2a' } as const;
  const wrapped = (words: string) =>
    `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${words}: unknown`;
  t.equal(
    classify(answered(400, wrapped('exec: "httpd": executable file not found in $PATH')), call).message,
    'start container 3f2a: exec: "httpd": executable file not found in $PATH; name a program that the image has, in command or entrypoint',
  );
  const create = { verb: 'create', object: 'container katod-web' } as const;
  const path = `/srv/${'x'.repeat(400)}`;
  const words = `invalid mount config for type "bind": bind source path does not exist: ${path}`;
  const { message } = classify(answered(400, words), create);
  t.match(
    message,
    /^create container katod-web: invalid mount config .*x…; make it on the host, or take it out/,
  );
  t.equal(message.length, 300);
  const told: readonly (readonly [string, RegExp])[] = [
    ['mkdir /var/lib/docker/x: no space left on device', /; free space on the engine's disk/],
    ['unlinkat /a: device or resource busy', /; something on the host still uses its files/],
    ['Bind for 0.0.0.0:80 failed: port is already allocated', /; stop what listens there/],
    [
      'Conflict. The container name "/x" is already in use by container "y".',
      /; remove or rename the container/,
    ],
    ['are you trying to mount a directory onto a file (or vice-versa)?', /; source and target of a mount/],
    ['adding custom device "/dev/x": no such file or directory', /; load its driver or connect it/],
    ['network abc not found', /; it is made again/],
    ['network x is ambiguous (2 matches found on name)', /; two have that name: remove one/],
    [
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
      /; remove networks that nobody uses/,
    ],
    ['iptables: No chain/target/match by that name.', /; restart dockerd/],
    ['unable to find user x: no matching entries in passwd file', /; give a user that the image has/],
    ['sysctl "net.x" not allowed in host network namespace', /; take it out of the sysctls/],
    ['open /proc/sys/net/x: no such file or directory', /; take it out of the sysctls/],
    ['error setting rlimit type 7: invalid argument', /; mend the ulimits/],
    ['invalid tmpfs option ["x" "1"]', /; mend the options in tmpfs/],
    ['Minimum memory limit allowed is 6MB', /; mend its definition/],
    ['exec /x: exec format error', /; take an image that is made for the processor/],
    ['exec: "/x": stat /x: no such file or directory', /; name a program that the image has/],
    ['exec: "/x": permission denied', /; name a program that may be executed/],
  ];
  for (const [said, remedy] of told) t.match(classify(answered(500, said), call).message, remedy, said);
});

t.test('whatever is thrown becomes a fault of one line and 300 characters at most', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.constant({ toString: false }),
          fc.string({ maxLength: 600 }).map((words) => new Error(words)),
        ),
        (thrown) => {
          const { message } = classify(thrown, { verb: 'list', object: 'unix:///x' });
          assert.ok(message.length <= 300 && !/[\n\r]/.test(message), message);
        },
      ),
    ),
  );
});

t.test('a fault is handed on as it is', async (t) => {
  const fault = new Fault('full', 'later', 'x');
  t.equal(classify(fault, { verb: 'list', object: 'x' }), fault);
});
