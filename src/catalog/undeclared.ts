/** Parameters that a component uses and the stacks that have it do not declare: a typing error, or a missing line of help. */
import type { Problem } from '../desired/desired.js';
import { suggestion } from '../settings/nearest.js';
import type { Catalog } from './catalog.js';
import type { Definition } from './read-definition.js';
import { componentsOf, type Stack } from './stack.js';

/** No reason to refuse anything: whoever sets such a parameter in the store may use it. */
export function undeclaredParameters({ components, stacks }: Catalog): readonly Problem[] {
  return [...stacks.values()].flatMap((stack) =>
    componentsOf(stack).flatMap((name) => {
      const definition = components.get(name);
      return definition === undefined ? [] : undeclaredIn(definition, stack);
    }),
  );
}

function undeclaredIn({ places, templates, files }: Definition, { name, params }: Stack): readonly Problem[] {
  const used = [
    ...[...templates].map(([path, { uses }]) => ({ place: places.values.get(path) ?? places.file, uses })),
    ...[...files.values()].map(({ path, template: { uses } }) => ({ place: path, uses })),
  ];
  return used.flatMap(({ place, uses }) =>
    [...uses.names]
      .filter((parameter) => !params.has(parameter))
      .map((parameter) => ({
        place,
        message: `parameter ${parameter} is not among the params of stack ${name}${suggestion(parameter, params.keys())}`,
      })),
  );
}
