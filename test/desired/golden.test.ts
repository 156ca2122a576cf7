/**
 * Each shipped component as rendered for the roles of its stack, as text beside this file. After a wanted change:
 * KATOD_WRITE_GOLDEN=1 npx tap test/desired/golden.test.ts, and read the difference.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import type { Wanted } from '../../src/desired/desired.js';
import { desiredFor, type Example, examples } from './examples.js';

/** By component. */
type Texts = ReadonlyMap<string, string>;

function textsOf(example: Example, roles: readonly string[]): Texts {
  const { components } = desiredFor(example, roles);
  return new Map([...components.values()].map((each) => textOf(each)));
}

function textOf(wanted: Wanted): readonly [string, string] {
  if (!wanted.ok) throw new Error(JSON.stringify(wanted));
  // The definition's hash is of its bytes, comments aside: it would only say again that a file has changed.
  const { definition: _, ...spec } = wanted.spec;
  return [spec.name, stringify(spec, { aliasDuplicateObjects: false, lineWidth: 0 })];
}

/** With several roles, a component that comes to the same as with one of them is only named. */
function goldenOf(example: Example, roles: readonly string[]): string {
  const single = roles.length === 1 ? [] : roles.map((role) => [role, textsOf(example, [role])] as const);
  const parts = [...textsOf(example, roles)].map(([component, text]) => {
    const same = single.find(([, texts]) => texts.get(component) === text);
    return same === undefined ? text : `name: ${component} # as with ${same[0]} alone\n`;
  });
  return parts.join('---\n');
}

for (const example of examples) {
  for (const roles of example.golden) {
    const name = [example.name ?? example.stack, ...roles].join('-');
    t.test(`${name} renders as its golden file says`, async (t) => {
      const text = goldenOf(example, roles);
      const file = join(import.meta.dirname, `golden/${name}.txt`);
      if (process.env.KATOD_WRITE_GOLDEN === '1') await writeFile(file, text);
      t.equal(text, await readFile(file, 'utf8'));
    });
  }
}
