import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import t from 'tap';
import { detailed, listed, readEvent } from '../../src/engine/read-back.js';

const line = (changes: object): ContainerInfo =>
  ({
    Id: 'i',
    Names: ['/web'],
    Image: 'web:1',
    State: 'running',
    Labels: { a: 'b' },
    Ports: [],
    ...changes,
  }) as unknown as ContainerInfo;

t.test('a line of the list, with each published port once', async (t) => {
  const Ports = [
    { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { IP: '0.0.0.0', PrivatePort: 53, PublicPort: 8080, Type: 'udp' },
    { PrivatePort: 90, Type: 'tcp' },
  ];
  t.same(listed(line({ Ports })), {
    id: 'i',
    name: 'web',
    image: 'web:1',
    state: 'running',
    labels: { a: 'b' },
    publishedPorts: [
      { port: 8080, protocol: 'tcp' },
      { port: 8080, protocol: 'udp' },
    ],
  });
});

t.test('a half-removed or odd container reads as one, and does not fail the list', async (t) => {
  const nothing = listed(line({ Names: null, Ports: null, Labels: null, State: 'removing' }));
  t.match(nothing, { name: '', state: 'removing', labels: {}, publishedPorts: [] });
  t.equal(listed(line({ Names: ['/other/alias', '/web'] })).name, 'web', 'a legacy link is no name');
  t.equal(
    listed(line({ State: 'stopping' })).state,
    'restarting',
    'a state nobody knows yet is waited through',
  );
});

t.test('never started, running and ended are told apart', async (t) => {
  const never = '0001-01-01T00:00:00Z';
  const ended = '2026-01-02T03:04:06.5Z';
  const read = (State: object, Config: object = {}) =>
    detailed({
      Id: 'i',
      Config,
      State: { Pid: 0, OOMKilled: false, Error: '', ...State },
    } as unknown as ContainerInspectInfo);
  t.match(read({ Running: false, StartedAt: never, FinishedAt: never, ExitCode: 0 }), {
    startedAt: null,
    finishedAt: null,
    exitCode: null,
  });
  t.match(
    read({ Running: true, Pid: 7, StartedAt: '2026-01-02T03:04:05Z', FinishedAt: ended, ExitCode: 0 }),
    { pid: 7, exitCode: null, finishedAt: ended },
  );
  t.match(
    read({
      Running: false,
      StartedAt: '2026-01-02T03:04:05Z',
      FinishedAt: ended,
      ExitCode: 137,
      OOMKilled: true,
    }),
    { exitCode: 137, oomKilled: true },
  );
  t.equal(read({ Running: false, StartedAt: never, FinishedAt: never }).stopTimeout, null);
  t.equal(read({ Running: false, StartedAt: never, FinishedAt: never }, { StopTimeout: 30 }).stopTimeout, 30);
});

t.test("events say what to look at, and checks of others' health are left out", async (t) => {
  const read = (event: unknown) => readEvent(JSON.stringify(event));
  t.same(read({ Type: 'container', Action: 'die', Actor: { ID: 'i' } }), {
    kind: 'container',
    action: 'die',
    id: 'i',
  });
  t.same(read({ Type: 'plugin', Action: 'enable' }), { kind: 'other', action: 'enable', id: '' });
  t.equal(
    read({ Type: 'container', Action: 'exec_create: /bin/check --password=x', Actor: { ID: 'i' } }),
    null,
  );
  t.equal(read({ status: 'die' }), null);
  t.equal(readEvent('{'), null);
});
