/** The tables of config/README.md say of each role, component and image what the catalog says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { componentsOf } from '../../src/catalog/stack.js';
import { matrixJson, matrixLines, matrixOf } from '../../src/commands/role-matrix.js';
import { shipped } from '../desired/examples.js';

const readme = await readFile(join(import.meta.dirname, '../../config/README.md'), 'utf8');

/** The cells of the first table below the heading of a stack. */
function tableOf(stack: string): readonly (readonly string[])[] {
  const [, section = ''] = readme.split(`\n## Stack \`${stack}\`\n`);
  const [, table = ''] = /(?:^|\n)\n((?:\|.*\n)+)/.exec(section) ?? [];
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

for (const stack of shipped.stacks.values()) {
  t.test(stack.name, async (t) => {
    const [title = [], , ...rows] = tableOf(stack.name);
    const roles = [...stack.roles.keys()];
    t.strictSame(
      title.slice(1, 1 + roles.length).map((cell) => cell.split(' ')[0]),
      roles,
    );
    t.strictSame([...rows.map(([component]) => component)].sort(), [...componentsOf(stack)].sort());
    for (const { component, marks, untested } of matrixOf(stack, shipped, {})) {
      const row = rows.find(([name]) => name === component) ?? [];
      t.strictSame(
        row.slice(1, 1 + roles.length),
        marks.map((mark) => (mark === '-' ? '' : mark)),
        component,
      );
      const image = shipped.components.get(component)?.document.image;
      const said = (image === undefined ? 'to be named' : `\`${String(image)}\``) + (untested ? ' *' : '');
      t.equal(row.at(-1), said, component);
    }
  });
}

t.test('roles that do not all go together', async (t) => {
  const toots = shipped.stacks.get('toots');
  if (toots === undefined) throw new Error('no stack toots');
  const matrix = matrixOf(toots, shipped, {});
  const lines = matrixLines(toots, matrix, (_, text) => text);
  t.ok(lines.includes('on one node: a role alone, or master,slave, or master,slave,edge, or slave,edge'));
  t.equal(matrixJson(toots, matrix).combinations?.length, 3);
});
