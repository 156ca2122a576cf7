import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import type { Agent } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { assign, SLEEPER, startNode } from './node.js';
import { eventsOf, metricOf } from './told.js';

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

t.test('a crowd holds nobody up, and costs a bounded amount', async (t) => {
  const node = await startNode(t, { components: { web: SLEEPER }, roles: { all: ['web'] } });
  const { agent } = node;
  await assign(node, 'all');
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
});
