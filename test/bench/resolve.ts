/**
 * How long the agent's loop stands still while it takes up what the store asks for: a thousand components, and
 * definitions made to cost much. The worst of each row must stay below 50 ms on a quiet machine.
 *
 *     npx tsx test/bench/resolve.ts
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Overlays } from '../../src/catalog/overlays.js';
import { acceptInSteps } from '../../src/desired/accept.js';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import type { Desired } from '../../src/desired/desired.js';
import { resolveInSteps } from '../../src/desired/resolve.js';
import { spareMemory } from '../../src/host/memory.js';
import { inSlices } from '../../src/loop/slices.js';
import { catalogOf, web } from '../catalog/catalog-of.js';
import { BOMBS, small } from '../desired/bombs.js';

// As the agent runs: nothing is compiled for speed.
spareMemory();

const ROUNDS = 5;
const catalog = catalogOf({
  components: { web: web('') },
  stacks: {
    s: 'name: s\ndescription: x\nroles: { all: { description: x, components: [web] } }\nparams: { domain: { description: x, default: a.test } }',
  },
});
const facts = { name: 'web-1', address: '10.0.0.5', hostname: 'web' };

interface Figure {
  /** Longest time without a turn for others, in milliseconds. */
  readonly worst: number;
  /** Most processor time at a stretch, in milliseconds: what `worst` is where nobody else wants the processor. */
  readonly stretch: number;
  /** Until all was taken up. */
  readonly took: number;
}

async function measure(
  entries: ReadonlyMap<string, string>,
  overlays: Overlays,
  before?: Desired,
): Promise<Figure & { desired: Desired }> {
  const bytes = [...entries].map(([key, text]) => [key, new TextEncoder().encode(text)] as const);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.reset();
  const begun = performance.now();
  let stretch = 0;
  let mark = process.cpuUsage();
  const note = () => {
    const { user, system } = process.cpuUsage(mark);
    stretch = Math.max(stretch, (user + system) / 1_000);
  };
  const turns = {
    now: () => performance.now(),
    async pause() {
      note();
      await new Promise((resolve) => setImmediate(resolve));
      mark = process.cpuUsage();
    },
  };
  const { accepted } = await inSlices(
    acceptInSteps({
      previous: NOTHING_ACCEPTED,
      snapshot: { revision: '1', clusterId: null, entries: new Map(bytes) },
      catalog,
      node: 'web-1',
      defaultStack: 's',
      prefix: '/katod',
    }),
    turns,
  );
  await turns.pause();
  const desired = await inSlices(
    resolveInSteps({ catalog, accepted, facts, from: 'etcd', overlays, ...(before && { before }) }),
    turns,
  );
  note();
  const took = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { worst: delay.max / 1e6, stretch, took, desired };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(what: string, figures: readonly Figure[]): void {
  const worst = figures.map((figure) => figure.worst);
  const stretch = figures.map((figure) => figure.stretch);
  const took = figures.map((figure) => figure.took);
  process.stdout.write(
    `${what.padEnd(42)} ${median(worst).toFixed(1).padStart(8)} ${Math.max(...worst)
      .toFixed(1)
      .padStart(8)} ${median(stretch).toFixed(1).padStart(8)} ${Math.max(...stretch)
      .toFixed(1)
      .padStart(8)} ${median(took).toFixed(0).padStart(8)}\n`,
  );
}

process.stdout.write(
  `${'milliseconds'.padEnd(42)} ${'loop'.padStart(8)} ${'worst'.padStart(8)} ${'stretch'.padStart(8)} ${'worst'.padStart(8)} ${'in all'.padStart(8)}\n`,
);

const role: readonly (readonly [string, string])[] = [['nodes/web-1/role', 'all']];
const names = Array.from({ length: 1_000 }, (_, at) => `c${at}`);
const thousand = new Map<string, string>([
  ...role,
  ['cluster/roles/all', names.join(',')],
  ...names.map((name, at) => [`cluster/components/${name}`, small(at)] as const),
]);
const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
const first: Figure[] = [];
const again: Figure[] = [];
for (const _ of rounds) {
  const overlays = new Overlays(catalog);
  const begun = await measure(thousand, overlays);
  first.push(begun);
  again.push(await measure(thousand, overlays, begun.desired));
}
print('1,000 components, for the first time', first);
print('1,000 components, one more reading', again);

for (const [what, text] of Object.entries(BOMBS)) {
  const figures: Figure[] = [];
  for (const _ of rounds)
    figures.push(await measure(new Map([...role, ['cluster/components/web', text]]), new Overlays(catalog)));
  print(what, figures);
}
