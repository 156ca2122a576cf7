import t, { type Test } from 'tap';
import { openDocker } from '../../src/engine/docker.js';
import { until } from '../sandbox/until.js';
import { faultOf } from './contract.js';
import {
  answerJson,
  type DaemonStandIn,
  type StandInHandler,
  startDaemonStandIn,
  usualVersion,
} from './daemon-stand-in.js';
import { limits } from './shape.js';

async function facing(t: Test, handle: StandInHandler, changes: Partial<typeof limits> = {}) {
  const daemon: DaemonStandIn = await startDaemonStandIn(handle);
  t.teardown(() => daemon.close());
  const engine = openDocker({ address: daemon.address, limits: { ...limits, ...changes } });
  t.teardown(() => engine.close());
  return { daemon, engine };
}

t.test('each call speaks the version agreed on, and the question for it none', async (t) => {
  const { daemon, engine } = await facing(t, (request, response) => {
    if (request.url === '/version') {
      return answerJson(response, 200, { ...usualVersion, ApiVersion: '1.99', MinAPIVersion: '1.44' });
    }
    return request.url?.startsWith('/v1.51/containers/json') === true && answerJson(response, 200, []);
  });
  t.same(await engine.list(), []);
  t.same(await engine.connect(), { version: '20.10.24', api: '1.51' });
  t.same(daemon.requests, ['GET /version', 'GET /v1.51/containers/json?all=true', 'GET /version']);
});

t.test('no common version is a fault of each call, with both ranges', async (t) => {
  const { engine } = await facing(
    t,
    (request, response) =>
      request.url === '/version' && answerJson(response, 200, { ApiVersion: '1.99', MinAPIVersion: '1.90' }),
  );
  const expected = { kind: 'refused', retry: 'never', message: /1\.90 to 1\.99/ };
  t.match(await faultOf(t, 'connect', engine.connect()), expected);
  t.match(await faultOf(t, 'list', engine.list()), expected);
});

t.test('a daemon that was replaced by an older one is asked anew', async (t) => {
  let newest = '1.51';
  const { engine } = await facing(t, (request, response) => {
    if (request.url === '/version') return answerJson(response, 200, { ...usualVersion, ApiVersion: newest });
    if (request.url?.startsWith(`/v${newest}/`) === true) return answerJson(response, 200, []);
    return answerJson(response, 400, {
      message: `client version 1.51 is too new. Maximum supported API version is ${newest}`,
    });
  });
  await engine.list();
  newest = '1.41';
  t.match(await faultOf(t, 'list', engine.list()), { kind: 'unreachable', retry: 'later' });
  t.same(await engine.list(), []);
});

t.test('an answer that breaks off in the middle ends with the deadline', async (t) => {
  // docker-modem never calls back then, and aborting its request changes nothing.
  const { engine } = await facing(
    t,
    (request, response) => {
      if (request.url === '/version') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[{"Id":', () => response.destroy());
      return true;
    },
    { engineCall: 300 },
  );
  t.match(await faultOf(t, 'list', engine.list()), { kind: 'slow' });
});

t.test('removal in progress is what was asked for; a busy device is not', async (t) => {
  let words = 'removal of container abc is already in progress';
  let state = 'removing';
  const { engine } = await facing(t, (request, response) => {
    if (request.method === 'DELETE') return answerJson(response, 409, { message: words });
    return (
      request.url?.includes('/json') === true &&
      answerJson(response, 200, { Id: 'abc', State: { Status: state } })
    );
  });
  await engine.remove('abc');
  words = 'unable to remove filesystem: device or resource busy';
  state = 'dead';
  t.match(await faultOf(t, 'remove', engine.remove('abc')), { kind: 'busy', retry: 'later' });
});

t.test("the environment of the agent can't send its calls elsewhere", async (t) => {
  const set = {
    DOCKER_HOST: 'tcp://192.0.2.1:1',
    DOCKER_CLIENT_TIMEOUT: '1',
    DOCKER_CERT_PATH: '/no/such/folder',
  };
  const before = Object.keys(set).map((name) => [name, process.env[name]] as const);
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const host of [set.DOCKER_HOST, 'no address at all']) {
    Object.assign(process.env, set, { DOCKER_HOST: host });
    const { engine } = await facing(t, () => false);
    t.match(await engine.connect(), { api: '1.41' });
    t.equal(process.env.DOCKER_HOST, host, 'and is left as it was');
  }
});

t.test('an idle stream of events lives on, and a ping that fails ends it', async (t) => {
  let pings = 0;
  let answering = true;
  const { engine } = await facing(
    t,
    (request, response) => {
      if (request.url === '/_ping') {
        pings += 1;
        if (answering) response.end('OK');
        return true;
      }
      if (request.url?.includes('/events') !== true) return false;
      response.writeHead(200).flushHeaders();
      return true;
    },
    { enginePing: 30, engineCall: 300 },
  );
  const told: string[] = [];
  const stream = engine.events({
    onConnected: () => void told.push('connected'),
    onEvent: () => void told.push('event'),
    onLost: (fault) => void told.push(fault.kind),
  });
  t.teardown(() => stream.close());
  await until('many pings', () => pings >= 15, { within: 20_000 });
  t.same(told, ['connected']);
  answering = false;
  await until('the loss is told', () => told.length >= 2, { within: 20_000 });
  t.equal(told[1], 'slow');
  answering = true;
  await until('it is back', () => told[2] === 'connected', { within: 20_000 });
});

t.test('one loss is told once, however many tries it takes', async (t) => {
  let down = true;
  const { daemon, engine } = await facing(t, (request, response) => {
    if (down) {
      response.destroy();
      return true;
    }
    if (request.url?.includes('/events') !== true) return false;
    response.writeHead(200).flushHeaders();
    return true;
  });
  const told: string[] = [];
  const stream = engine.events({
    onConnected: () => void told.push('connected'),
    onEvent: () => {},
    onLost: (fault) => void told.push(fault.kind),
  });
  t.teardown(() => stream.close());
  await until('several tries', () => daemon.requests.length >= 4, { within: 30_000 });
  down = false;
  await until('it is there', () => told.includes('connected'), { within: 20_000 });
  t.same(told, ['unreachable', 'connected']);
});

t.test('an engine is spoken to over TCP as well', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const daemon = await startDaemonStandIn(
      (request, response) =>
        request.url?.includes('/containers/json') === true && answerJson(response, 200, []),
      host,
    );
    t.teardown(() => daemon.close());
    const engine = openDocker({ address: daemon.address, limits });
    t.teardown(() => engine.close());
    t.same(await engine.list(), [], daemon.address);
  }
});
