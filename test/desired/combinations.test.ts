/** Every combination of roles of every shipped stack: whatever a node is given, its components fit beside each other. */
import t from 'tap';
import { problemLines } from '../catalog/catalog-of.js';
import { combinations, desiredFor, examples, shipped } from './examples.js';

t.test('every shipped stack has an example', async (t) => {
  t.strictSame([...new Set(examples.map(({ stack }) => stack))].sort(), [...shipped.stacks.keys()].sort());
});

for (const example of examples) {
  const stack = shipped.stacks.get(example.stack);
  if (stack === undefined) throw new Error(`no stack ${example.stack}`);
  for (const roles of combinations(stack)) {
    t.test(`${example.name ?? example.stack}: ${roles.join(', ')}`, async (t) => {
      const { components } = desiredFor(example, roles);
      const refused = [...components.values()].flatMap((each) => (each.ok ? [] : [each]));
      t.equal(refused.map(({ problems }) => problemLines(problems)).join('\n'), '');
      t.strictSame(refused, [], 'nothing waits either');
    });
  }
}
