/** The process of a container killed, to the container running again. */
import type { Engine } from '../engine.js';
import type { Figure } from '../figure.js';
import { numbered, openRig, sleeper } from '../rig.js';
import { openSwarm } from '../swarm.js';

/** Each component of katod is killed once, so that no backoff is measured. */
const ROUNDS = 9;

export async function crash(): Promise<readonly Figure[]> {
  const rig = await openRig({ components: numbered(ROUNDS + 1, () => sleeper()) });
  const swarm = await openSwarm(1);
  const [katod, loop, policy, swarms]: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    const { engine } = rig;
    const all = engine.next('start', ROUNDS + 1);
    await rig.put('nodes/web-1/role', 'bench');
    await all;
    await rig.settled();
    const kept = await engine.list();
    const first = swarm.engine.next('start');
    await swarm.label(true);
    await first;
    for (const [round, own] of kept.entries()) {
      const times = {
        loop: await byLoop(engine),
        katod: await killToStart(engine, own),
        policy: await byPolicy(engine, `policy-${round}`),
        swarm: await bySwarm(swarm.engine),
      };
      // The first round warms up every side.
      if (round === 0) continue;
      katod.push(times.katod);
      loop.push(times.loop);
      policy.push(times.policy);
      swarms.push(times.swarm);
    }
  } finally {
    await rig.close();
    await swarm.close();
  }
  const common = { measure: 'crash', what: 'killed to running again', unit: 'ms' as const, values: katod };
  return [
    { ...common, against: { who: 'bare loop', values: loop }, target: 1.35 },
    { ...common, against: { who: 'restart policy', values: policy }, target: 1 },
    { ...common, against: { who: 'Swarm', values: swarms }, target: 1 },
  ];
}

async function killToStart(engine: Engine, id: string): Promise<number> {
  const pid = await engine.pidOf(id);
  const started = engine.next('start');
  const begun = performance.now();
  process.kill(pid, 'SIGKILL');
  return (await started).at - begun;
}

/** The least that can be done: wait for `die`, and call start. */
async function byLoop(engine: Engine): Promise<number> {
  const id = await engine.create('looped');
  await engine.start(id);
  const restarted = engine.next('die').then(() => engine.start(id));
  const time = await killToStart(engine, id);
  await restarted;
  await engine.remove(id);
  return time;
}

async function byPolicy(engine: Engine, name: string): Promise<number> {
  const id = await engine.create(name, 'always');
  await engine.start(id);
  const time = await killToStart(engine, id);
  await engine.remove(id);
  return time;
}

async function bySwarm(engine: Engine): Promise<number> {
  const running = await callRunning(engine);
  return killToStart(engine, running);
}

/** Swarm keeps what ended: the one that has a process. */
async function callRunning(engine: Engine): Promise<string> {
  for (const id of await engine.list()) if ((await engine.pidOf(id)) > 0) return id;
  throw new Error('no task of the service runs');
}
