/** The shipped load balancer, on real HAProxy: its file changes under it, and it answers all the while. */
import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { imageName } from '../sandbox/images.js';
import { startPoller } from '../sandbox/poller.js';
import { until } from '../sandbox/until.js';
import { containers, untilReady } from './node.js';
import { startProxiedNode } from './proxied-node.js';

const IN_TIME = { within: 60_000 };

/** The shipped catalog, whose load balancer also says a word on a port of its own. */
function catalogWithWord(folder: string): string {
  cpSync(join(import.meta.dirname, '../../config'), folder, { recursive: true });
  appendFileSync(join(folder, 'stacks/core.yaml'), '  word: { default: zero, description: what it says }\n');
  appendFileSync(
    join(folder, 'templates/haproxy.cfg.liquid'),
    'frontend word\n    bind 127.0.0.1:8081\n    http-request return status 200 content-type text/plain string {{ params.word }}\n',
  );
  return folder;
}

const node = await startProxiedNode(t, {
  components: {},
  roles: {},
  settings: { KATOD_CATALOG: catalogWithWord(t.testdir()) },
  engineCall: '10s',
});
const { host, etcd, agent, proxy } = node;
await host.load(['haproxy']);
await etcd.put('/katod/cluster/params/image.haproxy', imageName('haproxy'));
await etcd.put('/katod/cluster/roles/lb', 'haproxy');
await etcd.put('/katod/nodes/web-1/role', 'lb');
await untilReady(agent, 60_000);
const [before] = await containers(host);
const poller = startPoller(host, 'http://127.0.0.1:8081/');
t.teardown(() => poller.close());

const say = (word: string) => etcd.put('/katod/cluster/params/word', word);
const says = (word: string) => until(`it says ${word}`, () => poller.last() === `ok ${word}`, IN_TIME);
const settled = () => untilHealth(agent, 'healthy', ({ status }) => status === 'healthy', IN_TIME);
const now = async () => (await host.docker('info', '--format', '{{.SystemTime}}')).trim();
/** Signals that the engine has sent to haproxy's container between two of its times. */
async function signals(since: string, until: string): Promise<readonly string[]> {
  const filters = ['--filter', 'event=kill', '--filter', 'container=katod-haproxy'];
  const format = ['--format', '{{.Actor.Attributes.signal}}'];
  const told = await host.docker('events', '--since', since, '--until', until, ...filters, ...format);
  return told.split('\n').filter((line) => line !== '');
}
await says('zero');

t.test('ten changes within a second are one reload or two, and the last one counts', async (t) => {
  const since = await now();
  const began = performance.now();
  for (let number = 1; number <= 10; number += 1) await say(`word-${number}`);
  const seconds = (performance.now() - began) / 1_000;
  await says('word-10');
  await settled();
  const sent = await signals(since, await now());
  t.comment(`${sent.length} reloads for changes within ${seconds.toFixed(1)} s`);
  // A slow machine needs longer for ten changes: there is one reload a second at most.
  t.ok(sent.length >= 1 && sent.length <= 2 + Math.floor(seconds), sent.join());
  t.same(new Set(sent), new Set(['12']), 'SIGUSR2');
});

t.test("what haproxy refuses is not put in place, and told in haproxy's own words", async (t) => {
  const since = await now();
  await say('bad bogus');
  const report = await untilHealth(agent, 'degraded', ({ status }) => status === 'degraded', IN_TIME);
  const [line = ''] = report.reasons;
  t.match(
    line,
    /^haproxy: waits: its files are refused: haproxy ended with exit code 1: .*haproxy\.cfg:.*bogus/,
  );
  t.match(report.components, [{ state: 'running', health: 'ready', current: true }]);
  t.equal((await agent.get('/readyz')).status, 200);
  t.equal(poller.last(), 'ok word-10');
  t.same(await signals(since, await now()), []);
  const checks = () => agent.logs().filter((each) => each.msg === 'action' && each.do === 'check').length;
  const made = checks();
  await agent.get('/v1/reconcile', { method: 'POST' });
  await until('somebody asks: it is checked once more', () => checks() === made + 1, IN_TIME);
  await say('good');
  await says('good');
  await settled();
});

t.test('a reload that fails first is tried again until it has worked', async (t) => {
  let refused = 0;
  proxy.handle((exchange) => {
    if (!exchange.path.includes('/kill?') || refused >= 2) return false;
    refused += 1;
    exchange.answer(500, { message: 'cannot kill container: the sandbox says no' });
    return true;
  });
  await say('again');
  await untilHealth(
    agent,
    'the failure is told',
    ({ components, status }) =>
      status === 'degraded' && /the sandbox says no/.test(components[0]?.doing?.because ?? ''),
    IN_TIME,
  );
  await says('again');
  t.equal(refused, 2);
  await settled();
});

t.test('an agent that is killed between the swap and the signal: the next one sends it', async (t) => {
  let held = 0;
  proxy.handle((exchange) => {
    if (!exchange.path.includes('/kill?')) return false;
    held += 1;
    return true;
  });
  await say('killed');
  await until('the signal is under way', () => held > 0, IN_TIME);
  await agent.kill();
  proxy.handle(null);
  t.equal(poller.last(), 'ok again');
  await agent.start();
  await says('killed');
  await settled();
});

t.test(
  'all the while it was the same process that answered, and nothing is left of the checks',
  async (t) => {
    const answers = poller.answers();
    t.same(
      answers.filter((line) => !line.startsWith('ok ')),
      [],
      `of ${answers.length}`,
    );
    t.same(await containers(host), [before]);
  },
);
