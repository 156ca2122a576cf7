import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import type { Explanation } from '../../src/commands/explanation.js';
import type { AgentEvent } from '../../src/report/event-ring.js';
import type { Agent } from '../sandbox/agent.js';
import { checkMetrics } from '../sandbox/promtool.js';
import { until } from '../sandbox/until.js';
import { assign, listener, SLEEPER, startNode, untilReady } from './node.js';

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

async function metrics(agent: Agent): Promise<string> {
  return (await agent.get('/metrics', { within: 30_000 })).body;
}

/** The value of one series, as it is written; 0 where there is none. */
async function metricOf(agent: Agent, series: string): Promise<number> {
  const line = (await metrics(agent)).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

async function eventsOf(agent: Agent): Promise<readonly AgentEvent[]> {
  return (await agent.get('/v1/events')).json as readonly AgentEvent[];
}

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
    await untilReady(agent, 60_000);
    const told = (await eventsOf(agent)).filter(({ id, component }) => id > before && component === 'web');
    t.match(told.filter(({ kind }) => kind !== 'health').slice(0, 3), [
      { kind: 'exit', code: 137, message: 'ended with exit code 137' },
      { kind: 'action', do: 'start', because: /137/ },
      { kind: 'outcome', do: 'start', outcome: 'done' },
    ]);
    t.ok(told.some(({ kind, health }) => kind === 'health' && health === 'ready'));
  });

  await t.test('metrics have what the contract names, and please promtool', async (t) => {
    const text = await metrics(agent);
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
      failing.events.map(({ kind }) => kind),
      ['action', 'outcome'],
    );
    t.match((await explained('web')).advice, ['nothing: it runs as wanted']);
    t.equal((await explained('web')).next, null);

    const later = await agent.katod(['explain', 'later']);
    t.equal(later.code, 0, later.stderr);
    t.match(later.stdout, /^later: missing|^later: created/);
    t.match(
      (await agent.katod(['explain', 'other'])).stdout,
      /it belongs to role spare.*katod role web-1 spare/s,
    );
    const unknown = await agent.katod(['explain', 'wbe']);
    t.equal(unknown.code, 2);
    t.match(unknown.stderr, /there is no component "wbe"; this node has .*; did you mean web\?/);
    await etcd.put('/katod/nodes/web-1/role', 'all');
    await untilReady(agent, 60_000);
  });

  await t.test('a crowd holds nobody up, and costs a bounded amount', (t) => crowd(t, agent));

  await t.test('what no event has announced is found by the list, and counted', async (t) => {
    t.equal(await metricOf(agent, 'katod_relist_found_total'), 0, 'so far events have announced everything');
    // The engine ends and is back, with its containers stopped, before the agent can hear of anything.
    agent.pause();
    await host.daemon.kill();
    await host.daemon.start();
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

/** Sends and never goes on. */
function slowClient(agent: Agent): Socket {
  const socket = connect({ path: agent.socket });
  socket.on('error', () => socket.destroy());
  socket.write('GET /livez HTTP/1.1\r\nHost: local');
  return socket;
}

interface Follower {
  readonly ids: number[];
  end(): void;
}

/** `deaf`: never reads. */
function follow(agent: Agent, deaf: boolean): Promise<Follower> {
  return new Promise((resolve, reject) => {
    const ids: number[] = [];
    const path = '/v1/events?follow';
    const outgoing = httpRequest({
      socketPath: agent.socket,
      path,
      headers: { host: 'localhost' },
      agent: false,
    });
    const follower = { ids, end: () => void outgoing.destroy() };
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`it answers ${incoming.statusCode}`));
      // Cut off, as one that does not read may be.
      incoming.on('error', () => {});
      if (!deaf) {
        incoming.setEncoding('utf8').on('data', (text: string) => {
          for (const [, id] of text.matchAll(/^id: (\d+)$/gm)) ids.push(Number(id));
        });
      }
      resolve(follower);
    });
    outgoing.end();
  });
}

async function crowd(t: Test, agent: Agent): Promise<void> {
  const passes = 'katod_pass_duration_seconds_count';
  const [passesBefore, memoryBefore] = [
    await metricOf(agent, passes),
    await metricOf(agent, 'process_resident_memory_bytes'),
  ];
  const slow = Array.from({ length: 300 }, () => slowClient(agent));
  const followers = await Promise.all(Array.from({ length: 100 }, () => follow(agent, false)));
  const deaf = await follow(agent, true);
  t.teardown(() => {
    for (const socket of slow) socket.destroy();
    for (const follower of [...followers, deaf]) follower.end();
  });
  const paths = [
    '/livez',
    '/readyz',
    '/health',
    '/health/web',
    '/v1/plan',
    '/v1/events',
    '/metrics',
    '/nothing',
  ];
  let left = 10_000;
  const wrong: string[] = [];
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const path = paths[left % paths.length] ?? '/livez';
      const { status } = await agent.get(path, { within: 60_000 });
      if (status !== (path === '/nothing' ? 404 : 200)) wrong.push(`${path}: ${status}`);
      if (left % 1_000 === 0) await agent.get('/v1/reconcile', { method: 'POST' });
    }
  };
  await Promise.all(Array.from({ length: 20 }, client));
  t.same(wrong, []);
  t.ok((await metricOf(agent, passes)) > passesBefore, 'passes go on');
  t.equal(await metricOf(agent, 'katod_event_followers'), 101);
  const grown = ((await metricOf(agent, 'process_resident_memory_bytes')) - memoryBefore) / 1e6;
  t.comment(`resident memory ${Math.round(memoryBefore / 1e6)} MB, and ${Math.round(grown)} MB more`);
  t.ok(grown < 150, `resident memory grew by ${grown} MB`);
  const newest = (await eventsOf(agent)).at(-1)?.id ?? 0;
  await until(
    'each follower has the newest event',
    () => followers.every(({ ids }) => ids.at(-1) === newest),
    {
      within: 60_000,
    },
  );
}
