import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { shippedCatalog } from '../../src/settings/program.js';
import { type Row, variableOf } from '../../src/settings/row.js';
import { settingNames, table } from '../../src/settings/table.js';

/** Without the blanks that align tables. */
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').replace(/ +\|/g, ' |');

t.test('the README names each setting with its flag, variable and default', async (t) => {
  for (const name of settingNames) {
    const row: Row<unknown> = table[name];
    const line = readme.split('\n').find((each) => each.startsWith(`| \`${row.key}\` |`)) ?? '';
    t.not(line, '', row.key);
    const cells = line.split('|').map((cell) => cell.trim());
    if (row.flag !== null)
      t.match(cells.slice(2), [`\`--${row.flag}\``, new RegExp(`^\`${variableOf(row.flag)}\``)], row.key);
    for (const variable of row.borrowed ?? []) t.match(line, variable);
    const written =
      typeof row.fallback === 'string' && row.fallback !== '' && row.fallback !== shippedCatalog;
    if (written) t.match(line, `\`${row.fallback}\``, `${row.key} with its default`);
  }
});

t.test('the README names no setting that there is not', async (t) => {
  const keys = settingNames.map((name) => table[name].key);
  const section = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Keys in the store'));
  const named = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
  t.strictSame(named.sort(), [...keys].sort());
});
