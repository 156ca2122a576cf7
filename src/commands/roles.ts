/** `katod roles`: which role has which components, by the stack and the store. */
import { componentsOf, type Stack } from '../catalog/stack.js';
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { clusterCatalog, readStore } from './cluster-catalog.js';
import { alignColumns, type Cell, type Paint, paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';
import { stackName, stackNamed } from './stack.js';

export async function roles({ sources, switches }: Invocation): Promise<number> {
  return withSettings(
    loadSome(sources, [...storeSettingNames, 'node', 'catalog', 'stack']),
    async (values) => {
      const where = { ...values, ...storeSettings(values) };
      const snapshot = await readStore(where, 'shown as shipped');
      const catalog = await clusterCatalog(snapshot, where);
      const stack = stackNamed(catalog, stackName(snapshot, values.stack), values.catalog);
      const text = switches.has('json')
        ? JSON.stringify({ stack: stack.name, roles: Object.fromEntries(stack.roles) }, null, 2)
        : matrixLines(stack, paintFor(process.stdout)).join('\n');
      process.stdout.write(`${text}\n`);
      return exitCode.done;
    },
  );
}

/** A line for each component, a column for each role. */
export function matrixLines(stack: Stack, paint: Paint): readonly string[] {
  const columns = [...stack.roles];
  const title = columns.map(
    ([name, { aliases }]): Cell => ({ text: [name, ...aliases].join('/'), colour: 'bold' }),
  );
  const rows = componentsOf(stack).map((component) => [
    { text: component },
    ...columns.map(
      ([, { components }]): Cell =>
        components.includes(component) ? { text: 'x' } : { text: '-', colour: 'dim' },
    ),
  ]);
  return alignColumns([[{ text: stack.name, colour: 'dim' }, ...title], ...rows], paint);
}
