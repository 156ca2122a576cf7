/** `katod roles`: which role has which components, by the stack and the store. */
import { loadSome, storeSettingNames, storeSettings } from '../settings/load.js';
import { clusterCatalog, readStore } from './cluster-catalog.js';
import { paintFor } from './columns.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';
import { matrixJson, matrixLines, matrixOf } from './role-matrix.js';
import { stackName, stackNamed } from './stack.js';

export async function roles({ sources, switches }: Invocation): Promise<number> {
  return withSettings(
    loadSome(sources, [...storeSettingNames, 'node', 'catalog', 'stack']),
    async (values) => {
      const where = { ...values, ...storeSettings(values) };
      const snapshot = await readStore(where, 'shown as shipped');
      const { catalog, params } = await clusterCatalog(snapshot, where);
      // One that is named on the command line is what was asked for, whatever the cluster has.
      const asked = sources.flags.stack === undefined ? stackName(snapshot, values.stack) : values.stack;
      const stack = stackNamed(catalog, asked, values.catalog);
      const matrix = matrixOf(stack, catalog, params);
      const text = switches.has('json')
        ? JSON.stringify(matrixJson(stack, matrix), null, 2)
        : matrixLines(stack, matrix, paintFor(process.stdout)).join('\n');
      process.stdout.write(`${text}\n`);
      return exitCode.done;
    },
  );
}
