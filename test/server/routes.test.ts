import t, { type Test } from 'tap';
import { buildApp } from '../../src/server/app.js';
import type { AgentView } from '../../src/server/view.js';
import { fakeView, logbook, names, plan, report } from './fixture.js';

function open(t: Test, view: AgentView = fakeView()) {
  const { lines, log } = logbook();
  const app = buildApp({ names, log, view });
  t.teardown(() => app.close());
  return { app, lines };
}

const good = { ok: true, reasons: [], report };

t.test('/livez tells of the agent alone', async (t) => {
  const { app } = open(t);
  const up = await app.inject('/livez');
  t.match(up, { statusCode: 200, body: 'ok\n' });
  t.match(up.headers, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  const down = await open(t, fakeView({ alive: () => false })).app.inject('/livez');
  t.match(down, { statusCode: 503, body: "the agent's loop does not turn\n" });
});

t.test('/readyz is ok, or one reason a line', async (t) => {
  t.match(await open(t).app.inject('/readyz'), {
    statusCode: 503,
    body: 'marathon is failing\nolder: replace it\n',
  });
  t.match(await open(t, fakeView({ ready: async () => good })).app.inject('/readyz'), {
    statusCode: 200,
    body: 'ok\n',
  });
  const mute = fakeView({ ready: async () => ({ ok: false, reasons: [], report }) });
  t.match(await open(t, mute).app.inject('/readyz'), { statusCode: 503, body: 'not ready\n' });
});

t.test('/health is the report, under the code of /readyz', async (t) => {
  const bad = await open(t).app.inject('/health');
  t.equal(bad.statusCode, 503);
  t.equal(bad.headers['content-type'], 'application/json; charset=utf-8');
  t.same(bad.json(), report);
  t.equal((await open(t, fakeView({ ready: async () => good })).app.inject('/health?x=1')).statusCode, 200);
});

t.test("/health/COMPONENT is that component's part, good only when current, ready and wanted", async (t) => {
  const { app } = open(t);
  const up = await app.inject('/health/zookeeper');
  t.equal(up.statusCode, 200);
  t.same(up.json(), report.components[0]);
  for (const name of ['marathon', 'older', 'leaving']) {
    const { statusCode, body } = await app.inject(`/health/${name}`);
    t.match({ statusCode, name: JSON.parse(body).name }, { statusCode: 503, name });
  }
  for (const name of ['gone', 'toString', '%2e%2e', 'x'.repeat(500)]) {
    const { statusCode, headers } = await app.inject(`/health/${name}`);
    t.match(
      { statusCode, type: headers['content-type'] },
      { statusCode: 404, type: /^application\/problem\+json/ },
    );
  }
});

t.test('/v1/plan tells what and why, and nothing that a component is given', async (t) => {
  const { app } = open(t);
  const answer = await app.inject('/v1/plan');
  t.equal(answer.statusCode, 200);
  t.same(answer.json(), {
    actions: [
      {
        do: 'create',
        component: 'haproxy',
        because: 'it is missing',
        image: 'haproxy:3.2.22',
        name: 'katod-haproxy',
      },
      { do: 'pull', component: 'marathon', because: 'its image is not here', image: 'marathon:1.5' },
      { do: 'retire', component: 'old', because: 'role gone', id: 'b00c', name: 'katod-old-retired-b00c' },
      { do: 'start', component: 'zookeeper', because: 'it exited', id: '3f2a' },
    ],
    waiting: plan.waiting,
    stuck: plan.stuck,
    text: 'create haproxy because it is missing',
  });
  t.notMatch(answer.body, /hidden|PASSWORD/);
  const text = await app.inject({ url: '/v1/plan', headers: { accept: 'text/plain' } });
  t.match(text, { statusCode: 200, body: 'create haproxy because it is missing\n' });
});

t.test('POST /v1/reconcile asks for a pass, with or without a small body of any kind', async (t) => {
  const view = fakeView();
  const { app } = open(t, view);
  const post = (headers: Record<string, string>, payload?: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/reconcile',
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
  t.match(await post({}), { statusCode: 202, body: '' });
  t.match(await post({ 'content-type': 'application/json' }, '{not json'), { statusCode: 202 });
  t.match(await post({ 'content-type': 'application/x-www-form-urlencoded' }, ''), { statusCode: 202 });
  t.equal(view.passes(), 3);
  const large = await post({ 'content-type': 'text/plain' }, 'x'.repeat(5000));
  t.match(large.json(), { type: 'about:blank', title: 'Payload Too Large', status: 413 });
  t.equal(view.passes(), 3);
});

t.test('HEAD answers as GET without a body', async (t) => {
  const { app } = open(t);
  for (const url of ['/livez', '/readyz', '/health', '/health/zookeeper', '/health/gone', '/v1/plan']) {
    const get = await app.inject(url);
    const head = await app.inject({ method: 'HEAD', url });
    t.match(head, { statusCode: get.statusCode, body: '' }, url);
    t.equal(head.headers['content-type'], get.headers['content-type']);
  }
});

t.test('errors are problem documents', async (t) => {
  const { app, lines } = open(t);
  const gone = await app.inject('/nothing');
  t.match(gone.headers, {
    'content-type': /^application\/problem\+json/,
    'x-content-type-options': 'nosniff',
  });
  t.same(gone.json(), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'there is nothing under this path',
  });
  const wrong = await app.inject({ method: 'DELETE', url: '/health/zookeeper' });
  t.match(wrong.headers, { allow: 'GET, HEAD', 'access-control-allow-origin': undefined });
  t.match(wrong.json(), { title: 'Method Not Allowed', status: 405, detail: /use GET or HEAD/ });
  t.match((await app.inject('/v1/reconcile')).json(), { status: 405, detail: /use POST/ });
  t.equal((await app.inject({ method: 'HEAD', url: '/v1/reconcile' })).statusCode, 405);
  t.equal((await app.inject({ method: 'OPTIONS', url: '/health' })).statusCode, 405);
  const malformed = await app.inject('/health/%zz');
  t.match(malformed.headers, { 'content-type': /^application\/problem\+json/ });
  t.match(malformed.json(), { status: 400 });
  t.ok(lines.length > 0 && lines.every((line) => line === 'debug: request answered'), 'nothing above debug');
});

t.test('a fault of the agent is 500 without its words, which go to the log', async (t) => {
  const view = fakeView({
    ready: async () => {
      throw new Error('password is hidden');
    },
  });
  const { app, lines } = open(t, view);
  const answer = await app.inject('/health');
  t.match(answer.json(), { title: 'Internal Server Error', status: 500, detail: /log/ });
  t.notMatch(answer.body, /hidden/);
  t.ok(lines.includes('error: request failed'));
});
