import t from 'tap';
import type { Explanation } from '../../src/commands/explanation.js';
import type { AgentEvent } from '../../src/report/event-ring.js';
import { checkMetrics } from '../sandbox/promtool.js';
import { until } from '../sandbox/until.js';
import { assign, listener, SLEEPER, startNode, untilContainers, untilReady } from './node.js';
import { eventsOf, metricOf, metricsOf } from './told.js';

const CONTRACT = [
  'katod_pass_duration_seconds histogram',
  'katod_actions_total counter',
  'katod_component_ready gauge',
  'katod_component_restarts_total counter',
  'katod_engine_call_duration_seconds histogram',
  'katod_store_reachable gauge',
  'katod_store_hold gauge',
  'katod_engine_reachable gauge',
  'katod_relist_found_total counter',
  'katod_pull_duration_seconds histogram',
  'katod_build_info gauge',
];

t.test('an agent tells what it does', async (t) => {
  const node = await startNode(t, {
    components: {
      web: listener(8080),
      cron: SLEEPER,
      lost: `${SLEEPER}image: 127.0.0.1:1/none:1\n`,
      later: `${SLEEPER}after: [lost]\n`,
      other: SLEEPER,
    },
    roles: { all: ['web', 'cron'], stuck: ['lost', 'later'], spare: ['other'] },
  });
  const { host, etcd, agent } = node;
  await assign(node, 'all');

  await t.test('an exit and what follows are told, in their order', async (t) => {
    const before = (await eventsOf(agent)).at(-1)?.id ?? 0;
    await host.docker('kill', 'katod-web');
    const restarted = 'katod_component_restarts_total{component="web"}';
    await until('it has been started again', async () => (await metricOf(agent, restarted)) === 1, {
      within: 60_000,
    });
    const told = async () =>
      (await eventsOf(agent)).filter(({ id, component }) => id > before && component === 'web');
    // /readyz tells what is, the event comes with the pass that takes it in.
    const isReady = ({ kind, health }: AgentEvent) => kind === 'health' && health === 'ready';
    await until('it is told to be ready', async () => (await told()).some(isReady), { within: 60_000 });
    t.match((await told()).filter(({ kind }) => kind !== 'health').slice(0, 3), [
      { kind: 'exit', code: 137, message: 'ended with exit code 137' },
      { kind: 'action', do: 'start', because: /137/ },
      { kind: 'outcome', do: 'start', outcome: 'done' },
    ]);
  });

  await t.test('metrics have what the contract names, and please promtool', async (t) => {
    const text = await metricsOf(agent);
    for (const named of CONTRACT) t.match(text, `# TYPE ${named}\n`);
    t.equal(await checkMetrics(text), '');
    t.match(
      await checkMetrics('# TYPE seconds counter\nseconds 1\n'),
      /exit code/,
      'who finds fault with others',
    );
    for (const line of [
      'katod_component_ready{component="web"} 1',
      'katod_actions_total{component="web",action="create",outcome="done"} 1',
      'katod_store_reachable 1',
      'katod_store_hold 0',
      'katod_engine_reachable 1',
      'katod_relist_found_total 0',
    ]) {
      t.match(text, `${line}\n`);
    }
    t.match(text, /^katod_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
    t.match(text, /^katod_engine_call_duration_seconds_count\{call="list"\} \d/m);
    t.match(text, /^katod_store_call_duration_seconds_count\{call="Range"\} \d/m);
    t.match(text, /^process_resident_memory_bytes \d+$/m);
  });

  await t.test('explain says what is wrong and what to do, for people and as JSON', async (t) => {
    await etcd.put('/katod/nodes/web-1/role', 'all,stuck');
    const explained = async (name: string) =>
      JSON.parse((await agent.katod(['explain', name, '--json'])).stdout) as Explanation;
    const failing = await until(
      'the pull has failed',
      async () => {
        const found = await explained('lost');
        return found.report?.doing?.waits === 'pull' && found.report.doing.until !== null && found;
      },
      { within: 60_000 },
    );
    t.match(failing, {
      from: 'agent',
      component: 'lost',
      report: { state: 'missing', wanted: { image: '127.0.0.1:1/none:1' } },
      advice: [/registry has 127\.0\.0\.1:1\/none:1.*image\.lost/],
    });
    t.ok(failing.reasons.every((reason) => reason.startsWith('lost: ')));
    t.match(
      failing.events.slice(0, 2).map(({ kind }) => kind),
      ['action', 'outcome'],
    );
    const [well, later, other, unknown] = await Promise.all([
      explained('web'),
      ...['later', 'other', 'wbe'].map((name) => agent.katod(['explain', name])),
    ] as const);
    t.match(well, { next: null, advice: ['nothing: it runs as wanted'] });
    t.match(later, { code: 0, stdout: /^later: missing|^later: created/ });
    t.match(other, { code: 0, stdout: /it belongs to role spare.*katod role web-1 spare/s });
    t.equal(unknown?.code, 2);
    t.match(unknown?.stderr, /there is no component "wbe"; this node has .*; did you mean web\?/);
    await etcd.put('/katod/nodes/web-1/role', 'all');
    await untilReady(agent, 60_000);
  });

  await t.test('what no event has announced is found by the list, and counted', async (t) => {
    t.equal(await metricOf(agent, 'katod_relist_found_total'), 0, 'so far events have announced everything');
    // The engine ends and is back, with its containers stopped, before the agent can hear of anything.
    agent.pause();
    await host.daemon.kill();
    await host.daemon.start();
    await untilContainers(host, 'katod-cron exited, katod-web exited', 60_000);
    // The agent asks for the events of the last second or two as well.
    const ends = () => host.docker('inspect', '--format', '{{.State.FinishedAt}}', 'katod-cron', 'katod-web');
    const isLongAgo = (end: string) => Date.now() - Date.parse(end) > 3_000;
    await until('their ends are past', async () => (await ends()).split('\n').every(isLongAgo), {
      within: 60_000,
    });
    agent.resume();
    await until('it is counted', async () => (await metricOf(agent, 'katod_relist_found_total')) >= 1, {
      within: 60_000,
    });
    await untilReady(agent, 60_000);
    const kinds = (await eventsOf(agent))
      .filter(({ kind }) => kind === 'engine')
      .map(({ reachable }) => reachable);
    t.same(kinds.slice(-2), [false, true], 'lost and back');
  });
});
