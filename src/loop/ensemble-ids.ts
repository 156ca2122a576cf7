/** Reads which member of its ensemble the data of a component was, where it is about to be started. */
import type { ComponentSpec } from '../desired/desired.js';
import { type Engine, Fault } from '../engine/engine.js';
import type { OwnContainer, SeenEnsembleId } from '../plan/observed.js';
import { ofComponent } from '../plan/of-component.js';
import { sortOut } from '../plan/sort-out.js';

export async function readEnsembleIds(
  specs: readonly ComponentSpec[],
  own: readonly OwnContainer[],
  { engine, prefix }: { readonly engine: Pick<Engine, 'readFile'>; readonly prefix: string },
): Promise<ReadonlyMap<string, SeenEnsembleId>> {
  const read = specs.map(async ({ name, ensemble }) => {
    const id = ensemble?.id ?? null;
    const { current } = sortOut(ofComponent(own, name), prefix, name);
    if (id === null || (current?.state !== 'created' && current?.state !== 'exited')) return [];
    return [[current.id, await readOne(engine, current.id, id.path)] as const];
  });
  return new Map((await Promise.all(read)).flat());
}

async function readOne(engine: Pick<Engine, 'readFile'>, id: string, path: string): Promise<SeenEnsembleId> {
  try {
    return { known: true, text: await engine.readFile(id, path) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { known: false, why: error.message };
  }
}
