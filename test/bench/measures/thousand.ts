/**
 * How long the agent's loop stands still at the longest while the store asks for a thousand components, none of whose
 * images can be had: what whoever asks `/livez` then waits for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { small } from '../../desired/bombs.js';
import { untilHealth } from '../../sandbox/agent.js';
import type { Figure } from '../figure.js';
import { openRig, type Rig, sleeper } from '../rig.js';

const COUNT = 1_000;
const ROUNDS = 3;
const TARGET = 50;
const PRELOAD = join(import.meta.dirname, '../standstill.mjs');
const NAMES = Array.from({ length: COUNT }, (_, at) => `c${at}`);

export async function thousand(): Promise<readonly Figure[]> {
  const rig = await openRig({
    components: { web: sleeper() },
    roles: { bench: ['web'] },
    settingsOn: ({ folder }) => ({
      NODE_OPTIONS: `--import ${PRELOAD}`,
      STANDSTILL_FILE: fileIn(folder),
    }),
  });
  const worst = new Map<string, number[]>();
  try {
    const longest = watch(rig);
    await rig.put('nodes/web-1/role', 'bench');
    await rig.settled();
    longest();
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [what, act] of phases(rig, round)) {
        await act();
        worst.set(what, [...(worst.get(what) ?? []), longest()]);
      }
  } finally {
    await rig.close();
  }
  return [...worst].map(([what, values]) => ({
    measure: 'thousand',
    what: `standstill: ${what}`,
    unit: 'ms',
    values,
    target: TARGET,
  }));
}

type Phase = readonly [what: string, act: () => Promise<unknown>];

function phases({ put, putAll, agent }: Rig, round: number): readonly Phase[] {
  const have = (count: number) =>
    untilHealth(agent, `${count} components`, ({ components }) => components.length === count, {
      within: 120_000,
    });
  return [
    [
      'their definitions are written',
      async () => {
        await putAll(new Map(NAMES.map((name, at) => [`cluster/components/${name}`, define(at, round)])));
        await delay(5_000);
      },
    ],
    [
      'a role has them',
      async () => {
        await put('cluster/roles/bench', ['web', ...NAMES].join(','));
        await have(COUNT + 1);
      },
    ],
    ['ten seconds of it', () => delay(10_000)],
    [
      'a parameter of all changes',
      async () => {
        await put('cluster/params/word', `of round ${round}`);
        await delay(5_000);
      },
    ],
    [
      'the role has one again',
      async () => {
        await put('cluster/roles/bench', 'web');
        await have(1);
      },
    ],
  ];
}

/** Nobody listens where its image is to come from. */
function define(at: number, round: number): string {
  return small(at)
    .replaceAll('domain', 'word')
    .replace(/^image: .*$/m, `image: 127.0.0.1:1/example/c${at}:${round}`);
}

/** Answers with the longest standstill since it was asked last, in milliseconds. */
function watch({ host }: Rig): () => number {
  const file = fileIn(host.folder);
  let seen = 0;
  return () => {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const fresh = lines.slice(seen);
    seen = lines.length;
    return Math.max(0, ...fresh.map(Number));
  };
}

function fileIn(folder: string): string {
  return join(folder, 'standstill.txt');
}
