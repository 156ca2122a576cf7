/** A role set to its six containers running, and taken away to all of them gone. */
import type { Engine, Happening } from '../engine.js';
import type { Figure } from '../figure.js';
import { numbered, openRig, type Rig, sleeper } from '../rig.js';
import { openSwarm, type Swarm } from '../swarm.js';

const SIX = 6;
const ROUNDS = 9;

export async function role(): Promise<readonly Figure[]> {
  const rig = await openRig({ components: numbered(SIX, () => sleeper()) });
  const swarm = await openSwarm(SIX);
  const [katod, docker, swarms, gone]: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      const straight = await byDocker(rig.engine);
      const own = await byKatod(rig);
      const theirs = await bySwarm(swarm);
      // The first round warms up every side.
      if (round === 0) continue;
      docker.push(straight.started);
      katod.push(own.started);
      swarms.push(theirs);
      gone.push(own.gone - straight.stopped);
    }
  } finally {
    await rig.close();
    await swarm.close();
  }
  const six = 'role set to six containers running';
  const common = { measure: 'role', unit: 'ms' as const };
  return [
    { ...common, what: six, values: katod, against: { who: 'Docker API', values: docker }, target: 1.25 },
    { ...common, what: six, values: katod, against: { who: 'Swarm', values: swarms }, target: 0.6 },
    { ...common, what: 'role none to six gone, beyond their stop', values: gone, target: 500 },
  ];
}

/** Six at once, straight through the API; and stopped, which is their own stop time. */
async function byDocker(engine: Engine): Promise<{ readonly started: number; readonly stopped: number }> {
  const names = Array.from({ length: SIX }, (_, index) => `straight-${index}`);
  const ids: string[] = [];
  const started = await timed(engine.next('start', SIX), async () => {
    await Promise.all(
      names.map(async (name) => {
        const id = await engine.create(name);
        ids.push(id);
        await engine.start(id);
      }),
    );
  });
  const stopped = await timed(engine.next('die', SIX), async () => {
    await Promise.all(ids.map((id) => engine.stop(id)));
  });
  await Promise.all(ids.map((id) => engine.remove(id)));
  return { started, stopped };
}

async function byKatod({
  engine,
  put,
  settled,
}: Rig): Promise<{ readonly started: number; readonly gone: number }> {
  const started = await timed(engine.next('start', SIX), () => put('nodes/web-1/role', 'bench'));
  await settled();
  const gone = await timed(engine.next('destroy', SIX), () => put('nodes/web-1/role', 'none'));
  await settled();
  return { started, gone };
}

async function bySwarm({ engine, label }: Swarm): Promise<number> {
  const started = await timed(engine.next('start', SIX), () => label(true));
  // Swarm keeps what has ended.
  const ended = engine.next('die', SIX);
  await label(false);
  await ended;
  return started;
}

/** From the begin of the job to the happening, in milliseconds. */
async function timed(happening: Promise<Happening>, job: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  const [{ at }] = await Promise.all([happening, job()]);
  return at - begun;
}
