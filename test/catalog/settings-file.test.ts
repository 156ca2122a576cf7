import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { table } from '../../src/settings/table.js';

/** Their defaults depend on the host or the installation, or are none. */
const EXAMPLES = ['node', 'address', 'hostNames', 'catalog'];
const NONE = ['etcd.ca', 'etcd.cert', 'etcd.key', 'etcd.username', 'etcd.passwordFile'];
const POLICY = ['privileged', 'hostPid', 'hostPaths', 'devices', 'capabilities', 'override'];

function flat(value: object, before = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? flat(inner, `${before}${key}.`)
      : [[`${before}${key}`, inner]],
  );
}

t.test('the annotated settings show every key with its default', async (t) => {
  const text = await readFile(join(import.meta.dirname, '../../config/katod.yaml'), 'utf8');
  t.equal(parse(text), null, 'all of it is commented out');
  const lines = text.split('\n').filter((line) => /^# {1,3}[A-Za-z]+:( \S+)?$/.test(line));
  const shown = new Map(flat(parse(lines.map((line) => line.slice(2)).join('\n'))));
  const rows = Object.values(table);
  t.strictSame([...shown.keys()].sort(), rows.map((row) => row.key).sort());
  for (const { key, fallback } of rows)
    if (![...EXAMPLES, ...NONE, ...POLICY.map((rule) => `policy.${rule}`)].includes(key))
      t.equal(String(shown.get(key)), fallback, key);
});
