/** Every line that an import can write is one that its stack knows. */
import { join } from 'node:path';
import t from 'tap';
import { loadCatalog } from '../../src/catalog/load.js';
import { SYSTEMS } from '../../src/import/import.js';
import type { Given } from '../../src/import/rule.js';

const catalog = await loadCatalog(join(import.meta.dirname, '../../config'));

/** One value of each kind that rules ask for: each rule takes at least one of them. */
const VALUES = ['10.0.0.5', 'true', '2', 'web-1:2181', '-join=10.0.0.5', '--x=1', '10.0.0.5:/store', ''];

for (const [system, { rules, roles }] of SYSTEMS) {
  t.test(`${system}: roles and parameters of the rules are the stack's`, async (t) => {
    const stack = catalog.stacks.get(system);
    if (stack === undefined) throw new Error(`no stack ${system}`);
    t.same([...stack.roles.keys()], roles);
    const given: Given = { node: 'web-1', address: '10.0.0.5', values: new Map([['CA', 'super.crt']]) };
    for (const [name, rule] of Object.entries(rules)) {
      const outcomes = VALUES.map((value) => rule(value, given));
      const keys = new Set(outcomes.flatMap(({ puts }) => puts.map(({ key }) => key)));
      t.ok(
        keys.size > 0 || outcomes.some(({ remark, problem }) => remark !== null || problem !== null),
        `${name} says something`,
      );
      for (const key of keys) {
        const [, component] = /params\/start\.(.*)/.exec(key) ?? [];
        if (component !== undefined) {
          t.ok(catalog.components.has(component), `${name}: there is a component ${component}`);
          continue;
        }
        const parameter = key.replace(/^(cluster|nodes\/web-1)\/params\//, '');
        t.ok(stack.params.has(parameter), `${name}: parameter ${parameter} is declared`);
      }
    }
  });
}
