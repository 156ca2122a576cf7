/** The agent's start, to its first sign of life, and to the first container out of the last known good. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundle } from '../../sandbox/agent.js';
import { request } from '../../sandbox/request.js';
import type { Figure } from '../figure.js';
import { nodeOf } from '../node-versions.js';
import { numbered, openRig, sleeper } from '../rig.js';

const ROUNDS = 11;
const RECOVERIES = 5;
const VERSIONS = [20, 24] as const;

export async function start(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const version of VERSIONS) figures.push(await life(version));
  return [...figures, await firstContainer()];
}

async function life(version: number): Promise<Figure> {
  const node = await nodeOf(version);
  const folder = await mkdtemp(join(tmpdir(), 'katod-bench-'));
  const [katod, empty]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      const nothing = await emptyProcess(node);
      const own = await toLife(node, folder);
      // The first round reads the files into memory.
      if (round === 0) continue;
      empty.push(nothing);
      katod.push(own);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    measure: 'start',
    what: `agent's start to /livez, Node ${version}`,
    unit: 'ms',
    values: katod,
    against: { who: 'empty process', values: empty },
    target: 4,
  };
}

async function emptyProcess(node: string): Promise<number> {
  const begun = performance.now();
  await once(spawn(node, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - begun;
}

/** No engine and no store: its life depends on neither. */
async function toLife(node: string, folder: string): Promise<number> {
  const socket = join(folder, 'katod.sock');
  const environment = {
    PATH: process.env.PATH ?? '',
    KATOD_NODE: 'web-1',
    KATOD_ADDRESS: '127.0.0.1',
    KATOD_LISTEN: `unix:${socket}`,
    KATOD_STATE_DIR: join(folder, 'state'),
    KATOD_DOCKER: `unix://${folder}/none`,
    KATOD_STORE: `file:${folder}/none`,
  };
  const begun = performance.now();
  const agent = spawn(node, [bundle, 'agent'], { env: environment, stdio: 'ignore' });
  try {
    const deadline = begun + 60_000;
    while (!(await lives(socket))) {
      if (performance.now() > deadline) throw new Error('the agent does not answer /livez within a minute');
      await delay(1);
    }
    return performance.now() - begun;
  } finally {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  }
}

async function lives(socket: string): Promise<boolean> {
  try {
    return (await request(socket, '/livez')).status === 200;
  } catch {
    return false;
  }
}

/** The store is away and the container gone: it is made anew of what is on disk. */
async function firstContainer(): Promise<Figure> {
  const rig = await openRig({ components: numbered(1, () => sleeper()) });
  const times: number[] = [];
  try {
    const { agent, engine, put, settled, etcd } = rig;
    await put('nodes/web-1/role', 'bench');
    await settled();
    await etcd.stop();
    for (let round = 0; round < RECOVERIES; round += 1) {
      await agent.kill();
      for (const id of await engine.list()) await engine.remove(id);
      const started = engine.next('start');
      const begun = performance.now();
      await agent.start();
      times.push((await started).at - begun);
    }
  } finally {
    await rig.close();
  }
  const what = 'to the first container, of the last known good';
  return { measure: 'start', what, unit: 'ms', values: times, target: 1000 };
}
