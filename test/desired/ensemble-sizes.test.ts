/** The shipped ensembles of every size, even ones as well: what they need of each other before one goes. */
import t from 'tap';
import { NOTHING_ACCEPTED } from '../../src/desired/accepted.js';
import { formEnsemble, quorumOf } from '../../src/desired/ensemble.js';
import { resolve } from '../../src/desired/resolve.js';
import { examples, shipped } from './examples.js';

const [core] = examples;
if (core === undefined) throw new Error('there is an example of core');
const { params } = core;

/** How many of those asked must serve, itself among them. */
function leastOf(component: string, size: number): number | undefined {
  const nodes = Array.from({ length: size }, (_, index) => `web-${index + 1}`);
  const ensemble = formEnsemble(nodes);
  const members = nodes.map((name, index) => {
    const self = { name, address: `10.0.0.${index + 1}`, hostname: name, roles: ['master'] };
    return [name, self] as const;
  });
  const desired = resolve({
    catalog: shipped,
    accepted: {
      ...NOTHING_ACCEPTED,
      ensembles: { zookeeper: ensemble, 'mesos-master': ensemble },
      members: Object.fromEntries(members),
      assignment: { stack: 'core', roles: ['master'] },
      params: { cluster: params, node: {} },
    },
    facts: { name: 'web-1', address: '10.0.0.1', hostname: 'web-1' },
    from: 'etcd',
  });
  if (!desired.known) throw new Error(desired.why);
  const wanted = desired.components.get(component);
  if (!wanted?.ok) throw new Error(`${component} of ${size}: ${JSON.stringify(wanted)}`);
  return wanted.spec.disruption.peers?.least;
}

t.test('of every size', async (t) => {
  for (const size of [1, 2, 3, 4, 5, 6, 7]) {
    const spare = (least: number) => Math.min(size, least);
    t.equal(leastOf('zookeeper', size), spare(quorumOf(size) + 1), `zookeeper, ${size}`);
    // Of those that run while there is to be one more.
    t.equal(leastOf('mesos-master', size), spare(quorumOf(size - 1) + 1), `mesos-master, ${size}`);
  }
});
