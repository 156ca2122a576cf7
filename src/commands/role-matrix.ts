/** Which role of a stack has which components, as a table and as JSON. Pure. */
import type { Catalog } from '../catalog/catalog.js';
import { componentsOf, type Stack, stackWith } from '../catalog/stack.js';
import { untestedMeans } from '../catalog/untested.js';
import type { Parameters } from '../desired/accepted.js';
import { bare, parametersFor } from '../desired/parameters.js';
import { alignColumns, type Cell, type Paint } from './columns.js';

/** Whether a role has a component: yes by the parameters of the cluster, only if others were set, or never. */
type Mark = 'x' | 'o' | '-';

export interface Row {
  readonly component: string;
  /** In the order of the stack's roles. */
  readonly marks: readonly Mark[];
  readonly untested: boolean;
}

export function matrixOf(stack: Stack, { components }: Catalog, cluster: Parameters): readonly Row[] {
  // What hangs on the node is not known here: a default that needs it is unset.
  const now = stackWith(stack, parametersFor(stack, { params: { cluster, node: {} } }, bare({})));
  return componentsOf(stack).map((component) => {
    const definition = components.get(component);
    const optional = definition?.document.when !== undefined;
    const marks = [...stack.roles].map(([name, role]): Mark => {
      if (!role.components.includes(component)) return '-';
      return optional || !now.roles.get(name)?.components.includes(component) ? 'o' : 'x';
    });
    return { component, marks, untested: definition?.untested === true };
  });
}

export function matrixJson(stack: Stack, rows: readonly Row[]) {
  const roles = [...stack.roles].map(([name, { description, components, aliases }], column) => {
    const optional = rows.filter(({ marks }) => marks[column] === 'o').map(({ component }) => component);
    return [name, { description, components, optional, aliases }] as const;
  });
  const untested = rows.filter((row) => row.untested).map(({ component }) => component);
  const { combinations } = stack;
  return { stack: stack.name, roles: Object.fromEntries(roles), combinations, untested };
}

/** A line for each component, a column for each role, and the words for what is not plain in them. */
export function matrixLines(stack: Stack, matrix: readonly Row[], paint: Paint): readonly string[] {
  const title = [...stack.roles].map(
    ([name, { aliases }]): Cell => ({ text: [name, ...aliases].join('/'), colour: 'bold' }),
  );
  const rows = matrix.map(({ component, marks, untested }): readonly Cell[] => [
    { text: component },
    ...marks.map((mark): Cell => ({ text: mark, ...(mark === '-' && { colour: 'dim' }) })),
    ...(untested ? [{ text: 'untested', colour: 'yellow' } as const] : []),
  ]);
  const lines = alignColumns([[{ text: stack.name, colour: 'dim' }, ...title], ...rows], paint);
  const legend = [
    ...(stack.combinations === null
      ? []
      : [
          `on one node: a role alone, or ${stack.combinations.map((roles) => roles.join(',')).join(', or ')}`,
        ]),
    ...(matrix.some(({ marks }) => marks.includes('o')) ? ['o: only where a parameter asks for it'] : []),
    ...(matrix.some(({ untested }) => untested) ? [`untested: ${untestedMeans}`] : []),
  ];
  return legend.length === 0 ? lines : [...lines, '', ...legend.map((line) => paint('dim', line))];
}
