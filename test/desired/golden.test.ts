/**
 * Each shipped component as rendered for each role of `core`, as text beside this file. After a wanted change:
 * KATOD_WRITE_GOLDEN=1 npx tap test/desired/golden.test.ts, and read the difference.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { loadCatalog } from '../../src/catalog/load.js';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import { formEnsemble } from '../../src/desired/ensemble.js';
import { resolve } from '../../src/desired/resolve.js';

const own = ['mesos-master', 'mesos-agent', 'marathon', 'registrator', 'dnsmasq'];
const images = Object.fromEntries(own.map((name) => [`image.${name}`, `example/${name}:1`]));
const catalog = await loadCatalog(join(import.meta.dirname, '../../config'));

/** Nodes of the ensembles, from number 1: this node is the first. */
const three = ['web-1', 'web-2', 'web-3'];

function text(role: string): string {
  const nodes = role === 'standalone' ? ['web-1'] : three;
  const ensemble = formEnsemble(nodes);
  const members = nodes.map((name, index) => [
    name,
    { name, address: `10.0.0.${5 + index}`, hostname: name, roles: [role] },
  ]);
  const desired = resolve({
    catalog,
    accepted: {
      ...NOTHING_ACCEPTED,
      ensembles: { zookeeper: ensemble, 'mesos-master': ensemble },
      members: Object.fromEntries(members),
      assignment: { stack: 'core', roles: [role] },
      params: { cluster: images, node: {} },
    },
    facts: { name: 'web-1', address: '10.0.0.5', hostname: 'web-1' },
    from: 'etcd',
  });
  if (!desired.known) throw new Error(desired.why);
  const parts = [...desired.components.values()].map((each) => {
    if (!each.ok) throw new Error(JSON.stringify(each.problems));
    // The definition's hash is of its bytes, comments aside: it would only say again that a file has changed.
    const { definition: _, ...spec } = each.spec;
    return stringify(spec, { aliasDuplicateObjects: false, lineWidth: 0 });
  });
  return parts.join('---\n');
}

for (const role of ['master', 'node', 'edge', 'standalone']) {
  t.test(`role ${role} renders as its golden file says`, async (t) => {
    const file = join(import.meta.dirname, `golden/core-${role}.txt`);
    if (process.env.KATOD_WRITE_GOLDEN === '1') await writeFile(file, text(role));
    t.equal(text(role), await readFile(file, 'utf8'));
  });
}
