import t from 'tap';
import { createBody } from '../../src/engine/create-body.js';
import { requestOf, shapeOf } from './shape.js';

t.test('what a shape leaves out is left to the image and the engine', async (t) => {
  t.strictSame(createBody(requestOf('katod-web', shapeOf('web:1'))), {
    Image: 'web:1',
    StopTimeout: 1,
    Env: [],
    Labels: {},
    Healthcheck: { Test: ['NONE'] },
    ExposedPorts: {},
    HostConfig: {
      NetworkMode: 'host',
      RestartPolicy: { Name: 'no' },
      PortBindings: {},
      Mounts: [],
      Privileged: false,
      ReadonlyRootfs: false,
      CapAdd: [],
      CapDrop: [],
      Ulimits: [],
      Sysctls: {},
      Devices: [],
      Tmpfs: {},
      ExtraHosts: [],
      Dns: [],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    },
  });
});

t.test('a stop timeout is rounded up to the whole seconds that Docker knows', async (t) => {
  const seconds = (stopTimeout: number) =>
    createBody(requestOf('x', shapeOf('web'), { stopTimeout })).StopTimeout;
  t.equal(seconds(0), 0);
  t.equal(seconds(1), 1);
  t.equal(seconds(30_000), 30);
  t.equal(seconds(30_001), 31);
});

t.test("a container in another one's network has no host name of its own", async (t) => {
  const body = (network: string) => createBody(requestOf('x', shapeOf('web', { network, hostname: 'h' })));
  t.equal(body('bridge').Hostname, 'h');
  t.equal(body('host').Hostname, 'h');
  t.notOk('Hostname' in body('container:other'));
});

t.test('volumes bear only the labels that say whose they are', async (t) => {
  const labels = { 'io.katod.node': 'n', 'io.katod.component': 'c', 'io.katod.digest': '1:x', own: 'y' };
  const { HostConfig: host } = createBody(
    requestOf('x', shapeOf('web', { volumes: { data: '/d' } }), { labels }),
  );
  t.match(host, {
    Mounts: [
      {
        Type: 'volume',
        Source: 'x-data',
        Target: '/d',
        VolumeOptions: { Labels: { 'io.katod.node': 'n', 'io.katod.component': 'c' } },
      },
    ],
  });
  t.notMatch(JSON.stringify(host), /digest|own/);
});

t.test('a volume of another driver is made with its options', async (t) => {
  const options = { type: 'nfs4', device: ':/srv', o: 'addr=10.0.0.9' };
  const { HostConfig: host } = createBody(
    requestOf(
      'x',
      shapeOf('web', {
        volumes: { data: '/d', own: '/o' },
        volumeDrivers: { data: { driver: 'local', options } },
      }),
    ),
  );
  t.match(host, {
    Mounts: [{ Source: 'x-data', VolumeOptions: { DriverConfig: { Name: 'local', Options: options } } }],
  });
  t.equal(JSON.stringify(host).match(/DriverConfig/g)?.length, 1, 'and no other one');
});

t.test('each body is fresh, so that dockerode may change it', async (t) => {
  const request = requestOf(
    'x',
    shapeOf('web', { command: ['a'], capAdd: ['NET_ADMIN'], logging: { driver: 'none', options: {} } }),
  );
  t.not(createBody(request).Cmd, request.shape.command);
  t.not(createBody(request).HostConfig, createBody(request).HostConfig);
  t.strictSame(createBody(request), createBody(request));
});
