/** Every combination of roles of every shipped stack: whatever a node is given, its components fit beside each other. */
import t from 'tap';
import { combinationFault } from '../../src/catalog/role-faults.js';
import { ensembleText } from '../../src/desired/ensemble.js';
import { problemLines } from '../catalog/catalog-of.js';
import { combinations, desiredFor, type Example, examples, kato, katoThree, shipped } from './examples.js';

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

t.test('Toots combines roles as its menu did', async (t) => {
  const toots = shipped.stacks.get('toots');
  if (toots === undefined) throw new Error('no stack toots');
  t.strictSame(combinations(toots), [
    ['master'],
    ['slave'],
    ['edge'],
    ['master', 'slave'],
    ['slave', 'edge'],
    ['master', 'slave', 'edge'],
  ]);
  t.match(combinationFault(['edge', 'master'], toots), /^stack toots has no node that is edge and master; /);
  t.equal(combinationFault(['master', 'archive'], toots), null, 'a role that the store adds goes with all');
});

t.test('what clashes by a parameter is refused by name', async (t) => {
  const { components } = desiredFor(kato, ['master', 'worker', 'border'], {
    'mesos-dns.port': '53',
    'pritunl.port': '443',
  });
  const refused = [...components.values()].flatMap((each) =>
    each.ok ? [] : [`${each.name}: ${each.problems.map(({ message }) => message).join(' ')}`],
  );
  t.match(refused, [
    /^dnsmasq: ports: dnsmasq and mesos-dns both need port 53\/tcp of this host/,
    /^pritunl: ports: pritunl and marathon-lb-ext both need port 443\/tcp of this host/,
  ]);
});

t.test('the first ensembles are formed of the nodes with the role, however roles are combined', async (t) => {
  const ensembles = (example: Example, roles: readonly string[]) => {
    const expected = { 'expect.quorum': '3', 'expect.master': '3' };
    const { forming } = desiredFor({ ...example, ensembles: [] }, roles, expected);
    return Object.fromEntries([...forming].map(([name, ensemble]) => [name, ensembleText(ensemble)]));
  };
  const three = '1=web-1,2=web-2,3=web-3';
  const all = { zookeeper: three, 'mesos-master': three, 'ceph-mon': three };
  t.strictSame(ensembles(kato, ['quorum']), { zookeeper: three });
  t.strictSame(ensembles(kato, ['quorum', 'master', 'worker']), all);
  t.strictSame(ensembles(katoThree, ['master', 'worker']), all, 'with ZooKeeper on the masters');
  t.strictSame(ensembles(katoThree, ['quorum']), {}, 'and nowhere else');
});

t.test('nothing is asked at 0.0.0.0, and what listens does so there', async (t) => {
  const { components } = desiredFor(kato, ['quorum', 'master', 'worker', 'border'], { listen: '0.0.0.0' });
  for (const each of components.values()) {
    if (!each.ok) throw new Error(problemLines(each.problems));
    const { name, probes, shape, files } = each.spec;
    t.notMatch(JSON.stringify(probes), '0.0.0.0', name);
    // On every address, the resolver would be in the way of the host's own.
    if (name !== 'dnsmasq' && shipped.components.get(name)?.uses.names.has('listen'))
      t.match(JSON.stringify([shape, files]), /0\.0\.0\.0|public_addr/, name);
  }
});

t.test('without Prometheus there are no exporters, without an id no Ceph', async (t) => {
  const { 'ceph.fsid': _, ...params } = kato.params;
  const roles = ['quorum', 'master', 'worker', 'border'];
  const { components } = desiredFor({ ...kato, params }, roles, { prometheus: 'false' });
  t.strictSame(
    [...components.keys()].filter((name) => /prometheus|exporter|ceph/.test(name)),
    [],
  );
});
