import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { fakeAgent, katod } from './program.js';
import { brokenReport, healthyReport } from './reports.js';

/** Short, since a socket's path may have 107 bytes. */
const folder = mkdtempSync(join(tmpdir(), 'katod-'));
t.teardown(() => rmSync(folder, { recursive: true }));

t.test('healthcheck prints what /readyz says, and ends with 0 or 1', async (t) => {
  const ready = await fakeAgent({ '/readyz': [200, 'ok\n'] });
  t.teardown(ready.close);
  t.strictSame(await katod(['healthcheck'], { KATOD_LISTEN: ready.listen }), {
    code: 0,
    stdout: 'ok\n',
    stderr: '',
  });
  t.strictSame(ready.asked, ['GET /readyz']);

  const not = await fakeAgent({ '/readyz': [503, 'web: exited\nhaproxy: blocked\n'] });
  t.teardown(not.close);
  t.strictSame(await katod(['healthcheck', '--listen', not.listen]), {
    code: 1,
    stdout: 'web: exited\nhaproxy: blocked\n',
    stderr: '',
  });
  const { stdout } = await katod(['healthcheck', '--json', '--listen', not.listen]);
  t.strictSame(JSON.parse(stdout), { ready: false, reasons: ['web: exited', 'haproxy: blocked'] });
});

t.test(
  'status shows the report, by port and by socket, and ends with 3 when the node is not healthy',
  async (t) => {
    const healthy = await fakeAgent({ '/health': [200, JSON.stringify(healthyReport)] }, join(folder, 's'));
    t.teardown(healthy.close);
    const shown = await katod(['status', '--listen', healthy.listen]);
    t.equal(shown.code, 0, shown.stderr);
    t.match(shown.stdout, /^status {2}healthy\nnode {4}web-1, 10\.0\.0\.5\n/);
    t.notMatch(shown.stdout, '\u001b', 'no colours where there is no terminal');

    const broken = await fakeAgent({ '/health': [503, JSON.stringify(brokenReport)] });
    t.teardown(broken.close);
    const json = await katod(['status', '--json'], { KATOD_LISTEN: broken.listen });
    t.equal(json.code, 3);
    t.strictSame(JSON.parse(json.stdout), brokenReport);
  },
);

t.test('where no agent answers, status and healthcheck say so in one sentence and end with 1', async (t) => {
  const gone = await fakeAgent({});
  await gone.close();
  const socket = join(folder, 'none');
  for (const command of ['status', 'healthcheck']) {
    for (const [listen, why] of [
      [gone.listen, 'nothing listens there'],
      [`unix:${socket}`, 'there is no such socket'],
    ] as const) {
      const { code, stdout, stderr } = await katod([command, '--listen', listen]);
      t.equal(code, 1);
      t.equal(stdout, '');
      t.match(stderr, new RegExp(`^katod: no agent answers at ${listen}: ${why}\\. [^\\n]+\\n$`));
    }
  }
});

t.test('what answers but is no agent is not taken for one', async (t) => {
  const other = await fakeAgent({ '/health': [200, '<html>'], '/v1/plan': [500, 'oops'] });
  t.teardown(other.close);
  const { code, stderr } = await katod(['status', '--listen', other.listen]);
  t.equal(code, 1);
  t.match(stderr, /is no agent: it sent no JSON/);
  t.match(
    (await katod(['plan', '--node', 'a', '--address', '10.0.0.1', '--listen', other.listen])).stderr,
    /answered 500/,
  );
});

t.test('plan shows the plan of the running agent, and ends with 3 when there are changes', async (t) => {
  const action = {
    do: 'create',
    component: 'web',
    because: 'it has no container',
    image: 'web:1',
    name: 'katod-web',
  };
  const text = 'web: create katod-web (it has no container)\n';
  const busy = await fakeAgent({
    '/v1/plan': [200, JSON.stringify({ actions: [action], waiting: [], stuck: [], text })],
  });
  t.teardown(busy.close);
  const settings = ['--node', 'a', '--address', '10.0.0.1', '--listen', busy.listen];
  t.strictSame(await katod(['plan', ...settings]), { code: 3, stdout: text, stderr: '' });
  t.strictSame(JSON.parse((await katod(['plan', '--json', ...settings])).stdout), {
    actions: [action],
    waiting: [],
    stuck: [],
  });

  const idle = await fakeAgent({
    '/v1/plan': [200, JSON.stringify({ actions: [], waiting: [], stuck: [], text: '' })],
  });
  t.teardown(idle.close);
  const nothing = await katod(['plan', '--node', 'a', '--address', '10.0.0.1', '--listen', idle.listen]);
  t.strictSame(nothing, { code: 0, stdout: 'nothing to do\n', stderr: '' });
});
